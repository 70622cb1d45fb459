"""Checkpoints to and from the Hub, through huggingface_hub's mixin.

    HubEmbedder(open_checkpoint("runs/mine")).push_to_hub("OWNER/NAME")
    HubEmbedder.from_pretrained("OWNER/NAME").embed([read_image("photo.jpg")])    # (1, 64)

The files of a checkpoint are uploaded and downloaded unchanged, model card included: JSON, CSV, safetensors and arrays,
never a pickle. `hf:OWNER/NAME` opens the same repository in every verb that takes a checkpoint.
"""

import shutil
from pathlib import Path
from typing import Any

from huggingface_hub import ModelHubMixin, snapshot_download

from trainer.core.errors import first_line
from trainer.core.hub_access import HubUnreachable, check_hub, hub_or_cache
from trainer.core.models.backbones import encoder_names, spec_of
from trainer.core.models.checkpoint import BACKBONE_FILE, FILES, Checkpoint, CheckpointError, open_checkpoint
from trainer.core.models.embedder import Embedder


class HubEmbedder(Embedder, ModelHubMixin):
    """An embedder with `save_pretrained`, `from_pretrained` and `push_to_hub`. Raises CheckpointError."""

    def save_pretrained(self, save_directory: str | Path, **options: Any) -> str | None:
        """Copy the checkpoint into a folder and replace a checkpoint that is already there."""
        if Path(save_directory).resolve() == self.checkpoint.folder.resolve():
            raise CheckpointError(f"{save_directory}: expected another folder than the checkpoint's own.")
        return super().save_pretrained(save_directory, **options)

    def _save_pretrained(self, save_directory: Path) -> None:
        for stale in _files(save_directory):
            stale.unlink()
        for file in _files(self.checkpoint.folder):
            copy = save_directory / file.relative_to(self.checkpoint.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)

    @classmethod
    def _from_pretrained(cls, *, model_id: str, **options: Any) -> "HubEmbedder":
        """`options` are those of `from_pretrained`: revision, cache_dir, force_download, local_files_only, token."""
        folder = Path(model_id)
        if not folder.is_dir():
            folder = Path(snapshot_download(model_id, allow_patterns=list(FILES), **options))
        return cls(open_checkpoint(str(folder)))


def push(checkpoint: Checkpoint, repository: str, private: bool | None = None) -> str:
    """Upload a checkpoint to OWNER/NAME and return the address of the commit. Creates the repository if needed.

    Raises CheckpointError without network or token, and if the backbone's weights are a local file outside the
    checkpoint.
    """
    files = [spec_of(part).file for part in encoder_names(checkpoint.backbone_in_config)]
    if any(file and str(file) != BACKBONE_FILE for file in files) or ".safetensors:" in checkpoint.backbone_in_config:
        raise CheckpointError(
            f"{checkpoint.name}: expected a backbone that others can load, found {checkpoint.backbone_in_config}, which"
            " names a file on this machine."
        )
    try:
        check_hub()
        return str(HubEmbedder(checkpoint).push_to_hub(repository, private=private))
    except CheckpointError:
        raise
    except Exception as error:  # network, authentication and name errors alike
        raise CheckpointError(
            f"{checkpoint.name} could not be pushed to {repository} ({_reason(error)}); it needs the network and a"
            " token that may write there: `hf auth login` or HF_TOKEN."
        ) from error


def pull(repository: str, folder: Path) -> Path:
    """Download the checkpoint OWNER/NAME into a folder. Raises CheckpointError."""
    with hub_or_cache() as unreachable:
        try:
            HubEmbedder.from_pretrained(repository).save_pretrained(folder)
        except CheckpointError:
            raise
        except Exception as error:
            reason = _reason(unreachable or error)
            raise CheckpointError(f"{repository} could not be pulled from the Hub ({reason}).") from error
    return folder


def _files(folder: Path) -> list[Path]:
    return [path for pattern in FILES for path in sorted(folder.glob(pattern))]


def _reason(error: Exception) -> str:
    if isinstance(error, HubUnreachable):
        return str(error)
    return f"{type(error).__name__}: {first_line(error)}"
