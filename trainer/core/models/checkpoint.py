"""A checkpoint: a folder with a head, the configuration of its backbone, and the record of its training.

checkpoint = open_checkpoint("arcface-bn-lite2")     # a bundled name, a folder, or hf:OWNER/NAME

config.json             format, backbone with preprocessing and activation, head, recipe
model.safetensors       the head's weights
backbone.safetensors    the backbone's weights in half precision, if the recipe trains it
history.csv             the learning curve, one row per epoch
metrics.json            results by gallery
README.md               the model card
ready/                  of bundled checkpoints: embeddings, map and metrics of the sample gallery (bundled.py)
"""

import hashlib
import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import torch
from pydantic import AfterValidator
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from trainer.core.cache import digest
from trainer.core.errors import UserError, first_few, one_line, short_repr
from trainer.core.files import user_path, whole_file
from trainer.core.hub_access import hub_or_cache
from trainer.core.models.backbones import (
    BackboneError,
    EncoderConfig,
    architecture_activations,
    backbone_fingerprint,
    encoder_configs,
)
from trainer.core.models.backbones.encoder_config import as_json, from_json
from trainer.core.models.heads import HEADS, Head, HeadConfig, build_head
from trainer.core.models.training_records import CheckpointError, read_history, read_json_object
from trainer.core.progress import print_once
from trainer.core.schema import Document

BUNDLED_DIR = Path(__file__).parents[3] / "assets" / "checkpoints"
FORMAT = 2  # 1 recorded no activation and no crop_pct
MAX_NAME_CHARS = 200
MAX_BYTES = 256_000_000  # far above a head of some million parameters
SAFETENSORS_FLOATS = ("F16", "BF16", "F32", "F64")
VARIANCE = "running_var"  # of BatchNorm
SAFETENSORS_COUNTS = ("I64",)  # of BatchNorm
BACKBONE_FILE = "backbone.safetensors"
# the files of a checkpoint, which are uploaded to the Hub and downloaded from it
FILES = ("config.json", "model.safetensors", BACKBONE_FILE, "history.csv", "metrics.json", "README.md")


def _printable(name: str) -> str:
    if not (name.strip() and name.isprintable() and len(name) <= MAX_NAME_CHARS):
        raise ValueError(f"is {short_repr(name)}: expected 1 to {MAX_NAME_CHARS} characters that can be printed")
    return name


def _with_shape(head: dict[str, Any]) -> dict[str, Any]:
    if missing := sorted({"kind", "in_dims"} - head.keys()):
        raise ValueError(f"has no {' and no '.join(missing)}")
    return head


class Config(Document):
    """config.json. Raises UserError; `head`, `preprocessing` and `activation` are checked by those who read them."""

    format: int
    name: Annotated[str, AfterValidator(_printable)]
    backbone: str
    preprocessing: Any
    activation: Any = None  # format 1 has none
    head: Annotated[dict[str, Any], AfterValidator(_with_shape)]
    recipe: dict[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """An opened folder: its JSON is read; its weights are checked against the JSON but not loaded."""

    name: str
    folder: Path
    backbone_in_config: str  # `...@backbone.safetensors` if its weights are in the folder
    encoders: tuple[EncoderConfig, ...]  # the recorded configurations, which the backbone is loaded with
    head: HeadConfig
    recipe: dict[str, Any]

    @property
    def backbone(self) -> str:
        """The backbone's name for `load_backbone`."""
        return self.backbone_in_config.replace(f"@{BACKBONE_FILE}", f"@{self.folder / BACKBONE_FILE}")

    @property
    def trains_backbone(self) -> bool:
        return f"@{BACKBONE_FILE}" in self.backbone_in_config

    @cached_property
    def fingerprint(self) -> str:
        """Changes with backbone, preprocessing, head and weights. Raises BackboneError."""
        weights = hashlib.sha256((self.folder / "model.safetensors").read_bytes()).hexdigest()
        return digest({"backbone": self.backbone_fingerprint, "head": self.head.model_dump(), "weights": weights})

    @cached_property
    def backbone_fingerprint(self) -> str:
        """Equal for checkpoints that can share features. Raises BackboneError."""
        return backbone_fingerprint(self.backbone, self.encoders)

    @property
    def preprocessing(self) -> dict[str, Any]:
        """As in config.json."""
        return as_json(self.encoders)["preprocessing"]

    @property
    def is_bundled(self) -> bool:
        """Whether it comes with the project."""
        return self.folder.resolve().parent == BUNDLED_DIR.resolve()

    @property
    def ready_dir(self) -> Path:
        return self.folder / "ready"

    @property
    def parameters(self) -> int:
        """Number of trained parameters; 0 for a head that was computed rather than trained."""
        head = (
            sum(p.numel() for p in build_head(self.head).parameters() if p.requires_grad)
            if HEADS[self.head.kind].trained
            else 0
        )
        return head + (_numel(self.folder / BACKBONE_FILE) if self.trains_backbone else 0)

    @property
    def metrics(self) -> dict[str, Any]:
        """Results by gallery name; empty if none are stored. Raises CheckpointError."""
        return read_json_object(self.folder / "metrics.json") if (self.folder / "metrics.json").is_file() else {}

    @property
    def history(self) -> pd.DataFrame:
        """One row per epoch; empty if nothing was trained. Raises CheckpointError."""
        return read_history(self.folder / "history.csv")

    def load_head(self) -> Head:
        """The head in evaluation mode."""
        head = build_head(self.head)
        weights = load_file(self.folder / "model.safetensors")
        if broken := [name for name, value in weights.items() if not value.isfinite().all()]:
            raise CheckpointError(
                f"{self.folder}: expected finite weights, found NaN or infinity in {first_few(broken)}; train it again."
            )
        head.load_state_dict(weights)
        if large := [name for name, value in head.state_dict().items() if not value.isfinite().all()]:
            raise CheckpointError(
                f"{self.folder}: expected weights that 32 bits can hold, found larger ones in {first_few(large)}; train"
                " it again."
            )
        if negative := [name for name, value in weights.items() if name.endswith(VARIANCE) and (value < 0).any()]:
            raise CheckpointError(
                f"{self.folder}: expected variances of at least 0, found negative ones in {first_few(negative)}; train"
                " it again."
            )
        return head.eval().requires_grad_(False)


def bundled_names() -> list[str]:
    return sorted(path.parent.name for path in BUNDLED_DIR.glob("*/config.json"))


def open_checkpoint(spec: str) -> Checkpoint:
    """Open a bundled name, a folder, or hf:OWNER/NAME. Reads only JSON, CSV and safetensors, never a pickle.

    Raises CheckpointError if a file is missing or does not fit.
    """
    folder = _folder(spec)
    for file in ("config.json", "model.safetensors"):
        if not (folder / file).is_file():
            raise CheckpointError(
                f"{spec}: expected a checkpoint with config.json and model.safetensors, {file} is missing."
            )
    values = read_json_object(folder / "config.json")
    if values.get("format") not in range(1, FORMAT + 1) or type(values["format"]) is not int:
        found = short_repr(values.get("format"))
        raise CheckpointError(f"{spec}: expected checkpoint format 1 to {FORMAT}, found {found}; train it again.")
    try:
        config = Config(**values)
        head = HeadConfig(**config.head)
        checkpoint = Checkpoint(config.name, folder, config.backbone, _encoders(config, spec), head, config.recipe)
    except (KeyError, TypeError, ValueError, OverflowError, UserError) as error:
        reason = one_line(error).rstrip(".")
        raise CheckpointError(f"{spec}: config.json does not describe a checkpoint ({reason}).") from error
    _check_weights(checkpoint, spec)
    if checkpoint.trains_backbone and not (folder / BACKBONE_FILE).is_file():
        raise CheckpointError(f"{spec}: config.json asks for a trained backbone, and {BACKBONE_FILE} is missing.")
    return checkpoint


def _encoders(config: Config, spec: str) -> tuple[EncoderConfig, ...]:
    """The recorded encoder configurations. Format 1 had no activation; the architecture's default was used."""
    if config.format > 1:
        return from_json(config.preprocessing, config.activation)
    encoders = from_json(config.preprocessing, architecture_activations(config.backbone))
    try:
        today = encoder_configs(config.backbone)
    except BackboneError:  # not supported in new checkpoints
        return encoders
    if encoders != today:
        print_once(
            f"{spec}: checkpoint format 1: {config.backbone} runs as when this checkpoint was trained, with"
            f" {_in_words(encoders)}; newly trained checkpoints use {_in_words(today)}."
        )
    return encoders


def _in_words(encoders: Sequence[EncoderConfig]) -> str:
    return " + ".join(str(encoder) for encoder in encoders)


def save_checkpoint(
    folder: Path, name: str, backbone: str, encoders: Sequence[EncoderConfig], head: Head, head_config: HeadConfig,
    recipe: dict[str, Any], history: pd.DataFrame, trained_backbone: nn.Module | None = None,
) -> Checkpoint:  # fmt: skip
    """Write a checkpoint folder and open it again. Metrics and model card come from `record_metrics`.

    `trained_backbone` is stored in half precision and replaces the weights that `backbone` would load.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # files of the weights that are replaced
    for stale in (folder / "metrics.json", folder / BACKBONE_FILE, *folder.glob("ready/*.npz")):
        stale.unlink(missing_ok=True)
    if trained_backbone is not None:
        backbone += f"@{BACKBONE_FILE}"
        with whole_file(folder / BACKBONE_FILE) as part:
            save_file({k: _half(v) for k, v in trained_backbone.state_dict().items()}, part)
    config = {
        "format": FORMAT,
        "name": name,
        "backbone": backbone,
        **as_json(encoders),
        "head": head_config.model_dump(),
        "recipe": recipe,
    }
    with whole_file(folder / "model.safetensors") as part:
        save_file({k: v.contiguous() for k, v in head.state_dict().items()}, part)
    with whole_file(folder / "history.csv") as part:
        history.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")
    with whole_file(folder / "config.json") as part:
        part.write_text(json.dumps(config, indent=2) + "\n")
    return open_checkpoint(str(folder))


def _half(tensor: torch.Tensor) -> torch.Tensor:
    return (tensor.half() if tensor.is_floating_point() else tensor).contiguous()


def record_metrics(checkpoint: Checkpoint, key: str, result: dict[str, Any]) -> None:
    """Store one result in metrics.json under `key`; other results stay."""
    with whole_file(checkpoint.folder / "metrics.json") as part:
        part.write_text(json.dumps({**checkpoint.metrics, key: result}, indent=1) + "\n")


def _folder(spec: str) -> Path:
    if spec.startswith("hf:"):
        from huggingface_hub import snapshot_download

        with hub_or_cache() as unreachable:
            try:
                return Path(snapshot_download(spec.removeprefix("hf:"), allow_patterns=list(FILES)))
            except Exception as error:  # network, authentication or name error
                reason = one_line(unreachable or error)
                raise CheckpointError(f"{spec} could not be loaded from the Hub ({reason}).") from error
    if spec in bundled_names():
        return BUNDLED_DIR / spec
    folder = user_path(spec)
    if not os.path.isdir(folder):
        raise CheckpointError(
            f"No checkpoint {spec}: expected {', '.join(bundled_names())}, a folder, or hf:OWNER/NAME."
        )
    return folder


def _numel(path: Path) -> int:
    """The number of values in a safetensors file, without reading them."""
    try:
        with safe_open(path, "pt") as file:
            return sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: expected safetensors ({one_line(error)}).") from error


def _check_weights(checkpoint: Checkpoint, spec: str) -> None:
    path = checkpoint.folder / "model.safetensors"
    if path.stat().st_size > MAX_BYTES:
        raise CheckpointError(
            f"{spec}: model.safetensors is {path.stat().st_size / 1e6:.0f} MB, more than a head can be."
        )
    with torch.device("meta"):  # shapes only, so that an untrusted config.json cannot allocate memory
        head = build_head(checkpoint.head)
    expected = {name: list(tensor.shape) for name, tensor in head.state_dict().items()}
    floating = {name for name, tensor in head.state_dict().items() if tensor.is_floating_point()}
    try:
        with safe_open(path, "pt") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            found = {name: list(tensor.get_shape()) for name, tensor in slices.items()}
            kinds = {name: tensor.get_dtype() for name, tensor in slices.items()}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{spec}: model.safetensors is damaged or of another kind ({error}).") from error
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise CheckpointError(
                f"{spec}: the weights do not fit config.json: expected {name} of shape {expected.get(name, 'none')},"
                f" found {found.get(name, 'none')}."
            )
        if kinds[name] not in (SAFETENSORS_FLOATS if name in floating else SAFETENSORS_COUNTS):
            expected_kind = (
                "in floating point of 16 bits or more" if name in floating else "as a whole number of 64 bits"
            )
            raise CheckpointError(
                f"{spec}: expected {name} {expected_kind}, found {kinds[name]}; its weights are of another kind."
            )
