"""Multi-Similarity with its miner."""

import torch
from pytorch_metric_learning.losses import MultiSimilarityLoss
from pytorch_metric_learning.miners import MultiSimilarityMiner

from trainer.training.losses.base import Loss


class MinedMultiSimilarity(Loss):
    """Multi-Similarity over the pairs that its miner selects as hard; alpha 2, beta 50, lambda 0.5, epsilon 0.1."""

    needs_positives = True

    def __init__(self) -> None:
        super().__init__()
        self.loss = MultiSimilarityLoss(alpha=2, beta=50, base=0.5)
        self.miner = MultiSimilarityMiner(epsilon=0.1)

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            embeddings = embeddings.float()
            return self.loss(embeddings, labels, self.miner(embeddings, labels))
