"""Losses, from pytorch-metric-learning where it has them.

    loss = build_loss(recipe.loss, dims=64, class_sizes=np.bincount(labels))
    loss(z, labels).backward()          # z (B, E) unit rows, labels (B,) class numbers -> scalar, mean of the batch

| kind | loss |
|---|---|
| `arcface` | ArcFace (Deng et al., CVPR 2019, equation 3) |
| `arcface` with `sub_centers` | sub-centre ArcFace (Deng et al., ECCV 2020) |
| `arcface` with `largest_margin_rad` | margin by class size (Ha et al., Google Landmark 2020, 2010.05350, equation 3) |
| `multi_similarity` | Multi-Similarity with its miner (Wang et al., CVPR 2019, equations 8 to 10) |

To add a loss, write a subclass of `Loss` in a new file and add its line below.
"""

from trainer.training.losses.arcface import ArcFace
from trainer.training.losses.base import LOSSES, Loss, LossSettings, build_loss
from trainer.training.losses.multi_similarity import MinedMultiSimilarity

__all__ = ["LOSSES", "Loss", "LossSettings", "build_loss"]

LOSSES.update(
    {
        "arcface": ArcFace,
        "multi_similarity": MinedMultiSimilarity,
    }
)
