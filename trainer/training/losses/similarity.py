"""A term that is added to a loss so that a small head preserves the similarities of its backbone."""

import torch
from torch.nn import functional as F


def similarity_loss(embeddings: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Mean squared difference between the cosines of a batch and reference cosines: (B, E), (B, R) unit rows -> scalar.

    Similarity-preserving distillation (Tung & Mori, ICCV 2019), on cosines.
    """
    return F.mse_loss(embeddings @ embeddings.T, reference @ reference.T)
