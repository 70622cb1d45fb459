"""Vision transformers at another image size: their position embeddings are interpolated."""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.models.backbones.family import BackboneError, set_weights, unfit


def set_input_size(network: Any, size_px: int) -> None:
    """Let a network take images of this size; one that already takes images of any size is left as it is.

    Raises BackboneError if the network does not support the size.
    """
    try:
        if hasattr(network, "set_input_size"):  # timm, and timm's networks inside open_clip
            network.set_input_size((size_px, size_px))
        elif hasattr(network, "positional_embedding") and hasattr(network, "grid_size"):
            _resize_positions(network, size_px)
    except (AssertionError, ValueError, RuntimeError) as error:
        raise BackboneError(f"{type(network).__name__} takes no images of {size_px} px ({error}).") from error


def set_weights_at_size(
    network: nn.Module, weights: dict[str, torch.Tensor], file: Path, size_px: int, own_px: int
) -> None:
    """Fill a network from a file that was saved at its own size or at `size_px`, for images of `size_px`.

    Raises BackboneError if the weights fit neither.
    """
    saved_at_own_size = size_px == own_px or not unfit(network, weights)
    if not saved_at_own_size:
        set_input_size(network, size_px)
    set_weights(network, weights, file)
    if saved_at_own_size and size_px != own_px:
        set_input_size(network, size_px)


def _resize_positions(visual: Any, size_px: int) -> None:
    """As `open_clip.model.resize_pos_embed` does it for weights; here for a network that is loaded already."""
    positions, grid = visual.positional_embedding, visual.grid_size
    new = tuple(size_px // patch for patch in visual.patch_size)
    if new == tuple(grid):
        return
    with torch.no_grad():
        table = positions[1:].T.reshape(1, -1, *grid)  # (1, D, rows, columns)
        table = F.interpolate(table.float(), new, mode="bicubic", antialias=True, align_corners=False)
        table = table[0].flatten(1).T.to(positions.dtype)
        visual.positional_embedding = nn.Parameter(torch.cat([positions[:1], table]))
    visual.grid_size, visual.image_size = new, (size_px, size_px)
