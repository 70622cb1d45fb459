"""Real architectures with few blocks, for tests in which depth does not matter."""

from collections.abc import Iterable

import open_clip
import pytest
import timm
from open_clip import factory


def make_shallow(monkeypatch: pytest.MonkeyPatch, clips: Iterable[str]) -> None:
    """Until the patch is undone, timm and these architectures of open_clip build vision transformers of two blocks,
    ConvNeXts of five, and hardly any text tower."""
    build = timm.create_model

    def shallow(name, *args, **options):
        if name.startswith("vit_"):
            options.setdefault("depth", 2)
        elif name.startswith("convnext"):
            options.setdefault("depths", (1, 1, 2, 1))
        return build(name, *args, **options)

    monkeypatch.setattr(timm, "create_model", shallow)
    for arch in clips:
        config = open_clip.get_model_config(arch)
        if isinstance(config["vision_cfg"].get("layers"), int):
            config["vision_cfg"]["layers"] = 2
        config["text_cfg"].update(layers=1, vocab_size=49408 if "coca" in arch else 64)
        monkeypatch.setitem(factory._MODEL_CONFIGS, arch, config)
