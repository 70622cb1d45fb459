"""The image tower of an open_clip model: built without its text tower, and filled from a file of weights."""

import json
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from trainer.core.models.backbones.encoder_config import activation_of
from trainer.core.models.backbones.family import BackboneError, read_weights


def own_size_px(model: dict[str, Any]) -> int:
    size = model["vision_cfg"].get("image_size", 224)
    if isinstance(size, list | tuple):
        if len(set(size)) != 1:
            raise ValueError(f"image_size is {size!r}: expected a square")
        size = size[0]
    return int(size)


def build_tower(model: dict[str, Any], quick_gelu: bool, size_px: int | None) -> Any:
    """The image tower with random weights, without the text tower, which can be many times as large."""
    from open_clip.model import _build_vision_tower

    vision = {**model["vision_cfg"], "timm_model_pretrained": False, "output_tokens": False}
    if size_px:
        vision["image_size"] = size_px
    return _build_vision_tower(model["embed_dim"], vision, quick_gelu)


def tower_activation(model: dict[str, Any], quick_gelu: bool) -> str:
    return _activation_of_tower(json.dumps([model["embed_dim"], model["vision_cfg"]]), quick_gelu)


@lru_cache(maxsize=256)
def _activation_of_tower(tower: str, quick_gelu: bool) -> str:
    embed_dim, vision = json.loads(tower)
    with torch.device("meta"):  # only the layers are needed
        return activation_of(build_tower({"embed_dim": embed_dim, "vision_cfg": vision}, quick_gelu, None))


def drop_projection(visual: Any, weights: dict[str, torch.Tensor], arch: str) -> None:
    if getattr(visual, "proj", None) is None:
        raise BackboneError(f"clip:{arch} has no projection to leave out; drop ':no-projection'.")
    visual.proj = None
    weights.pop("proj", None)


def tower_weights(file: Path, visual: Any) -> dict[str, torch.Tensor]:
    """The image tower's weights from a file that holds both towers or only the image tower."""
    from open_clip.convert import convert_state_dict
    from open_clip.factory import load_state_dict
    from open_clip.model import resize_pos_embed

    # the other formats belong to open_clip's own tags; it reads them without running a pickle's code
    weights = read_weights(file) if file.suffix == ".safetensors" else load_state_dict(str(file))
    model = SimpleNamespace(visual=visual)
    weights = convert_state_dict(model, weights)  # from the names of Apple's MobileCLIP
    prefix = "visual."
    if any(key.startswith(prefix) for key in weights):
        weights = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
    elif "token_embedding.weight" in weights or any(key.startswith("text.") for key in weights):
        raise BackboneError(f"{file}: expected an image tower, with or without a text tower, found only a text tower.")
    tower = {f"{prefix}{key}": value for key, value in weights.items()}
    try:
        resize_pos_embed(tower, model)
    except (RuntimeError, ValueError, IndexError) as error:
        raise BackboneError(f"{file}: its position embeddings do not fit {type(visual).__name__} ({error}).") from error
    return {key.removeprefix(prefix): value for key, value in tower.items()}
