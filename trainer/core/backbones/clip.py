"""The image towers of open_clip (Radford et al., ICML 2021)."""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from trainer.core.backbones.preprocessing import Preprocessing
from trainer.core.backbones.source import BackboneError, Source, file_id, load_weights, unavailable


def clip_parts(rest: str) -> tuple[str, str, bool]:
    """ARCH/TAG[:no-projection] -> architecture, tag or file of weights, whether the last projection stays."""
    path, _, flag = rest.partition(":")
    arch, slash, tag = path.partition("/")
    if not slash or not tag or flag not in ("", "no-projection"):
        raise BackboneError(
            f"No backbone is called 'clip:{rest}': expected clip:ARCH/TAG or clip:ARCH/TAG:no-projection."
        )
    return arch, tag, not flag


def _weights_id(rest: str) -> str:
    _, tag, projection = clip_parts(rest)
    weights = file_id(Path(tag)) if tag.endswith(".safetensors") else f"pretrained {tag}"
    return f"{weights} {'with' if projection else 'without'} projection"


def create_clip(arch: str, tag: str | None) -> Any:
    """A whole model of open_clip, image and text tower, with random weights where `tag` is None."""
    import open_clip

    if arch not in open_clip.list_models():
        raise BackboneError(f"open_clip has no architecture called {arch!r}; open_clip.list_models() lists them.")
    tags = open_clip.list_pretrained_tags_by_model(arch)
    if tag and not tag.endswith(".safetensors") and tag not in tags:
        raise BackboneError(
            f"open_clip has no weights {tag!r} for {arch}: expected one of {', '.join(tags) or 'none'}, or a"
            " .safetensors file."
        )
    try:
        return open_clip.create_model(arch, pretrained=tag)
    except Exception as error:
        raise unavailable(f"clip:{arch}/{tag}", error) from error


def _load(rest: str, file: Path | None, size_px: int | None) -> tuple[nn.Module, Preprocessing]:
    import open_clip

    arch, tag, projection = clip_parts(rest)
    model = create_clip(arch, None if file else tag)
    visual = model.visual
    if not projection:
        if getattr(visual, "proj", None) is None:
            raise BackboneError(f"clip:{arch} has no projection to leave out; drop ':no-projection'.")
        visual.proj = None
    if size_px:
        resize_positions(visual, size_px)
    if file:
        load_weights(visual, file)
    config = open_clip.get_model_preprocess_cfg(model)
    if file:  # the tag decides mean and std, also where the weights are others
        config = {**config, **(open_clip.get_pretrained_cfg(arch, tag) and _pixels(arch, tag))}
    size = config["size"] if isinstance(config["size"], int) else config["size"][0]
    return visual, Preprocessing(size, tuple(config["mean"]), tuple(config["std"]), config["interpolation"], "crop")


def resize_positions(visual: Any, size_px: int) -> None:
    """Let a vision transformer take pictures of another size: its grid of position embeddings is interpolated.

    Raises BackboneError for towers of another kind.
    """
    positions = getattr(visual, "positional_embedding", None)
    grid = getattr(visual, "grid_size", None)
    if positions is None or grid is None or positions.ndim != 2 or len(positions) != grid[0] * grid[1] + 1:
        raise BackboneError(
            f"{type(visual).__name__} takes pictures of its own size alone; leave ':{size_px}px' out of the name."
        )
    new = tuple(size_px // patch for patch in visual.patch_size)
    with torch.no_grad():
        table = positions[1:].T.reshape(1, -1, *grid)  # (1, D, rows, columns)
        table = F.interpolate(table.float(), new, mode="bicubic", antialias=True, align_corners=False)
        table = table[0].flatten(1).T.to(positions.dtype)
        visual.positional_embedding = nn.Parameter(torch.cat([positions[:1], table]))
    visual.grid_size, visual.image_size = new, (size_px, size_px)


def _pixels(arch: str, tag: str) -> dict[str, Any]:
    import open_clip

    config = open_clip.get_pretrained_cfg(arch, tag)
    return {key: config[key] for key in ("mean", "std", "interpolation") if config.get(key)}


CLIP = Source(_weights_id, _load)
