"""ArcFace: additive angular margin loss (Deng et al., CVPR 2019, equation 3).

loss = ArcFace(classes=1600, dims=64)
loss(z, labels).backward()
"""

import torch
from torch import nn
from torch.nn import functional as F


class ArcFace(nn.Module):
    """Cross-entropy over cosines to C class centres, with the angle to the right one made wider by a margin.

    L = -log( exp(s cos(theta_y + m)) / (exp(s cos(theta_y + m)) + sum_{j != y} exp(s cos(theta_j))) )

    `scale` s > 0, usually 16 to 64; `margin_rad` m in radians, 0 to 0.65 in use (0.5 rad = 28.6 degrees).
    """

    def __init__(self, classes: int, dims: int, scale: float = 30.0, margin_rad: float = 0.5) -> None:
        super().__init__()
        self.scale = scale
        self.margin_rad = margin_rad
        self.centres = nn.Parameter(torch.empty(classes, dims))
        nn.init.xavier_uniform_(self.centres)

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(B, E) unit rows and (B,) class numbers -> scalar, the mean over the batch."""
        with torch.autocast(embeddings.device.type, enabled=False):  # acos near 1 needs float32
            cosine = F.normalize(embeddings.float(), dim=1) @ F.normalize(self.centres, dim=1).T  # (B, C)
            own = cosine.gather(1, labels[:, None]).clamp(-1 + 1e-7, 1 - 1e-7)  # (B, 1): acos has no slope at the ends
            with_margin = torch.cos(torch.acos(own) + self.margin_rad)
            return F.cross_entropy(self.scale * cosine.scatter(1, labels[:, None], with_margin), labels)
