"""Whether a backbone's weights are on this machine, so that nothing has to be downloaded.

at_hand("clip:ViT-L-14/openai")     # False on a machine that never loaded it
"""

from pathlib import Path

from trainer.core.backbones import BackboneError, Spec, part_names, spec_of
from trainer.core.backbones.clip import clip_parts
from trainer.core.errors import UserError

FILES = ("model.safetensors", "open_clip_model.safetensors", "open_clip_pytorch_model.bin", "pytorch_model.bin")


def at_hand(backbone: str) -> bool:
    """Of all encoders side by side. Raises BackboneError where the name is none."""
    return all(_at_hand(spec_of(part)) for part in part_names(backbone))


def _at_hand(spec: Spec) -> bool:
    if spec.file:
        return spec.file.is_file()
    if spec.kind not in ("clip", "timm"):
        try:
            spec.source.weights_id(spec.rest)
        except BackboneError:
            return False
        return True
    if spec.kind == "clip" and clip_parts(spec.rest)[1].endswith(".safetensors"):
        return Path(clip_parts(spec.rest)[1]).is_file()
    if spec.rest == "googlenet":
        return _torchvision_file().is_file()
    return _in_hub_cache(hub_repository(spec))


def _torchvision_file() -> Path:
    from torch.hub import get_dir
    from torchvision.models import GoogLeNet_Weights

    return Path(get_dir()) / "checkpoints" / GoogLeNet_Weights.DEFAULT.url.rpartition("/")[2]


def _in_hub_cache(repository: str) -> bool:
    from huggingface_hub import try_to_load_from_cache

    return bool(repository) and any(isinstance(try_to_load_from_cache(repository, file), str) for file in FILES)


def hub_repository(spec: Spec) -> str:
    """Where the Hub keeps the weights of a `timm:` or `clip:` backbone; empty where it does not."""
    if spec.kind == "timm":
        import timm

        config = timm.get_pretrained_cfg(spec.rest)
        return (config.hf_hub_id or "") if config else ""
    import open_clip

    arch, tag, _ = clip_parts(spec.rest)
    known = open_clip.get_pretrained_cfg(arch, tag)
    if not known:
        raise UserError(f"open_clip does not know {spec.plain}.")
    return known.get("hf_hub", "").rstrip("/")
