"""Groups of a recipe that belong to no single module, with their allowed values."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from trainer.core.schema import Float, SettingsModel, between, one_of
from trainer.training.data.image_set import LABELS
from trainer.training.epoch_choice import BEST_BY

PRECISIONS = ("no", "bf16", "fp16")  # accelerate's own names
TRAINED_BY_STAGE = {"backbone": "the head and the class centres stay locked", "both": "all weights"}


class DataSettings(SettingsModel):
    """The group `data`: which images train and which are held out."""

    labels: Annotated[str, one_of(LABELS)] = "class"  # `object_type` as in row 1 of the study
    min_images_per_class: Annotated[int, between(1, 1000)] = 2
    max_images_per_class: Annotated[int, between(1, 1_000_000)] = 1_000_000
    measure_loss: bool = True  # hold out some images of the training classes; False trains on them too
    validation_classes: Annotated[Float, between(0, 0.9)] = 0.1  # share of the classes held out to choose the epoch


def _precision(value: Any) -> Any:
    return "no" if value is False else value  # YAML reads a bare `no` as false


class OptimiserSettings(SettingsModel):
    """The group `optimiser`: AdamW with a linear warm-up and a cosine."""

    epochs: Annotated[int, between(0, 1000)] = 40
    accumulate: Annotated[int, between(1, 1024)] = 1  # batches for each optimiser step
    learning_rate: Annotated[Float, between(0, 1)] = 3e-3
    final_rate_share: Annotated[Float, between(0, 1)] = 0.0  # of the learning rate, at the end of the cosine
    weight_decay: Annotated[Float, between(0, 1)] = 1e-4
    warmup_share: Annotated[Float, between(0, 0.9)] = 0.1  # of all steps
    mixed_precision: Annotated[str, BeforeValidator(_precision), one_of(PRECISIONS)] = "no"


class CheckpointSettings(SettingsModel):
    """The group `checkpoint`: which weights are saved."""

    best_by: Annotated[str, one_of(BEST_BY)] = "val_guie_mp5"  # if it cannot be measured, the last epoch is saved
    patience: Annotated[int, between(0, 1000)] = 0  # epochs without a better one before training stops; 0: never
    keep_epochs: Annotated[int, between(0, 1000)] = 0  # also save every n-th epoch, in `epochs/`; 0: none
    soup: Annotated[int, between(1, 64)] = 1  # trainings from the same start whose weights are averaged


class FinetuneStage(SettingsModel):
    """One stage of training the backbone after the head: linear probing, then fine-tuning (Kumar et al., 2022)."""

    train: Annotated[str, one_of(TRAINED_BY_STAGE)] = "backbone"
    epochs: Annotated[int, between(1, 1000)] = 1
    batch_size: Annotated[int, between(2, 65536)] = 32
    learning_rate: Annotated[Float, between(0, 1)] = 1e-5  # of the backbone's last layer, and of the head if it trains
    layer_decay: Annotated[Float, between(0.01, 1)] = 0.8  # learning rate of a layer, as a multiple of the next one's
    size_px: Annotated[int, between(32, 1024, unset=0)] = 0  # of the images; 0: the backbone's own
    margin_rad: Annotated[Float, between(0, 1.5, unset=-1)] = -1.0  # -1: the recipe's own

    @property
    def head_locked(self) -> bool:
        return self.train == "backbone"
