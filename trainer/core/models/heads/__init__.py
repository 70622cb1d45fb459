"""Heads: the layers between features (B, D) and embedding (B, E <= 64). The study calls them transition layers.

    head = build_head(HeadConfig("bn_linear", in_dims=1280))
    z = head(features)                                   # (B, 64), unit length

| kind | layers | from |
|---|---|---|
| `pca` | centre, project on the first E principal axes | no training |
| `linear` | Dropout, Linear(D, E) | Model 1 of the study; the 1st and 2nd of the competition |
| `wide_linear` | Dropout, Linear(D, W), average pooling to E | row 2 of the study, W = 256 |
| `bn_linear` | BatchNorm, Dropout, Linear(D, E) | Model 2 of the study |
| `bn_wide_linear` | BatchNorm, Dropout, Linear(D, W), average pooling to E | Model 3 of the study |
| `plain_bn_linear` | BatchNorm without scale and shift, Dropout, Linear(D, E) | 5th of the competition |
| `whitened_linear` | fixed whitening and PCA to W, unit length, Dropout, Linear(W, E) | this project |
| `averaged_linear` | mean of P parallel Dropout, Linear(D, E) | 3rd of the competition, P = 20 |
| `concat_pca` | P parallel Dropout, Linear(D, W), each of unit length, concatenated, PCA to E | 4th of it |

To add a head, write a subclass of `Head` in a new file and add its line below.
"""

from trainer.core.models.heads.averaged_linear import AveragedHead
from trainer.core.models.heads.base import HEADS, Head, HeadConfig, build_head
from trainer.core.models.heads.concat_pca import ConcatPcaHead
from trainer.core.models.heads.linear import (
    BnLinearHead,
    BnWideLinearHead,
    LinearHead,
    PlainBnLinearHead,
    WideLinearHead,
)
from trainer.core.models.heads.pca import PcaHead, fit_pca
from trainer.core.models.heads.whitened_linear import WhitenedHead

__all__ = ["HEADS", "Head", "HeadConfig", "build_head", "fit_pca"]

HEADS.update(
    {
        "pca": PcaHead,
        "linear": LinearHead,
        "wide_linear": WideLinearHead,
        "bn_linear": BnLinearHead,
        "bn_wide_linear": BnWideLinearHead,
        "plain_bn_linear": PlainBnLinearHead,
        "whitened_linear": WhitenedHead,
        "averaged_linear": AveragedHead,
        "concat_pca": ConcatPcaHead,
    }
)
