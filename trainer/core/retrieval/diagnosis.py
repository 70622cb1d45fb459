"""Findings from a learning curve, as sentences: the study judged its curves by eye.

for finding in diagnose(checkpoint.history):
    print(finding.sentence())
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from trainer.core.models.training_records import LINES

FLAT = 0.01  # a smaller relative change over the last quarter counts as none
SENTENCES = {
    "underfitting": (
        "Underfitting: the validation loss ({val:.3g}) is below the training loss ({train:.3g}); the model has not"
        " fitted its training data. Try more epochs, a wider head, less dropout or a smaller margin."
    ),
    "dropout_gap": (
        "No underfitting: the validation loss ({val:.3g}) is below the training loss ({train:.3g}) only because the"
        " latter is computed with dropout and before the last weight updates; in eval mode it is {train_eval:.3g},"
        " below the validation loss."
    ),
    "overfitting": (
        "Overfitting: the validation loss was lowest at epoch {epoch} ({best:.3g}) and rose to {val:.3g} while the"
        " training loss kept falling. Try fewer epochs, more dropout or more classes."
    ),
    "past_its_best": (
        "GUIE mP@5 on unseen classes was highest at epoch {epoch} ({best:.3f}) and fell to {last:.3f}: longer training"
        " favours the training classes over new ones. Epoch {epoch} was the best."
    ),
    "still_learning": (
        "Still learning: the validation loss fell by {percent:.0f} % over the last quarter of training. More epochs may"
        " help."
    ),
    "plateau": (
        "Plateau: over the last quarter of training the validation loss changed by less than 1 %. More epochs alone"
        " will not help."
    ),
    "diverged": "Diverged: the loss is not a finite number. Try a lower learning rate or a smaller margin.",
    "unmeasured": "There is no validation loss, so the curve cannot be judged.",
}


@dataclass(frozen=True)
class Finding:
    """`kind` is a key of SENTENCES; `values` are the placeholders of its sentence."""

    kind: str
    values: dict[str, float] = field(default_factory=dict)

    def sentence(self) -> str:
        return SENTENCES[self.kind].format(**self.values)


def diagnose(history: pd.DataFrame) -> list[Finding]:
    """Findings on the last stage of a history, most serious first; empty if nothing was trained."""
    if not {"epoch", "train_loss", "val_loss"} <= set(history.columns) or history.empty:
        return []
    curve = last_run(history)
    train, val = (curve[name].to_numpy(float) for name in ("train_loss", "val_loss"))
    if not np.isfinite(train).all() or np.isinf(val).any():
        return [Finding("diverged")]
    if np.isnan(val).any():
        return [Finding("unmeasured")]
    found = [*_fit(curve, train, val), *_trend(train, val), *_past_its_best(curve)]
    return sorted(found, key=lambda finding: list(SENTENCES).index(finding.kind))


def curve_of(history: pd.DataFrame) -> pd.DataFrame | None:
    """The columns of LINES with a number, one row per epoch; None for a checkpoint without training.

    Of a recipe that trains several times, the last member; `epoch` may begin anew with each of its stages.
    """
    if not {"epoch", "train_loss", "val_loss"} <= set(history.columns) or history.empty:
        return None
    if "member" in history.columns:
        history = history[history["member"] == history["member"].iloc[-1]]
    return history[[column for column in LINES if column in history and history[column].notna().any()]]


def last_run(history: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last stage and member of a recipe that trains several times."""
    for column in ("stage", "member"):
        if column in history.columns:
            history = history[history[column] == history[column].iloc[-1]]
    return history


def _fit(curve: pd.DataFrame, train: np.ndarray, val: np.ndarray) -> list[Finding]:
    """Whether the validation loss ends below the training loss, as in the study's learning curve of Model 1."""
    some = slice(-max(1, len(curve) // 10), None)
    at_end = {"train": float(train[some].mean()), "val": float(val[some].mean())}
    if at_end["val"] >= at_end["train"]:
        return []
    if "train_loss_eval" not in curve:
        return [Finding("underfitting", at_end)]
    alike = float(curve["train_loss_eval"].to_numpy(float)[some].mean())
    if at_end["val"] < alike:
        return [Finding("underfitting", {**at_end, "train": alike})]
    return [Finding("dropout_gap", {**at_end, "train_eval": alike})]


def _trend(train: np.ndarray, val: np.ndarray) -> list[Finding]:
    lowest = int(val.argmin())
    if lowest < len(val) - 1 and val[-1] > val[lowest] * (1 + 2 * FLAT) and train[-1] < train[lowest]:
        return [Finding("overfitting", {"epoch": lowest + 1, "best": float(val[lowest]), "val": float(val[-1])})]
    before = val[-max(2, len(val) // 4 + 1)] if len(val) > 1 else val[0]
    fallen = (before - val[-1]) / max(abs(before), 1e-12)
    if len(val) > 1 and fallen > FLAT:
        return [Finding("still_learning", {"percent": 100 * float(fallen)})]
    return [Finding("plateau")] if len(val) >= 4 and abs(fallen) <= FLAT else []


def _past_its_best(curve: pd.DataFrame) -> list[Finding]:
    """Whether the score on unseen classes fell by more than a hundredth after its best epoch."""
    if "val_guie_mp5" not in curve or curve["val_guie_mp5"].isna().any():
        return []
    scores = curve["val_guie_mp5"].to_numpy(float)
    best = int(scores.argmax())
    if scores[best] - scores[-1] <= 0.01:
        return []
    return [Finding("past_its_best", {"epoch": best + 1, "best": float(scores[best]), "last": float(scores[-1])})]
