"""What chooses the epoch that is saved."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from trainer.core.retrieval.diagnosis import last_run

# name: a column of the history, and whether one value of it is better than another
BEST_BY: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "val_guie_mp5": ("val_guie_mp5", operator.gt),
    "val_study_mp5": ("val_study_mp5", operator.gt),
    "val_loss": ("val_loss", operator.lt),
    "last": ("epoch", operator.gt),
}
BEST_BY_TITLES = {
    "val_guie_mp5": "GUIE mP@5 on the held-out classes",
    "val_study_mp5": "study mP@5 on the held-out classes",
    "val_loss": "the validation loss",
}


def chosen_by(best_by: str, history: pd.DataFrame) -> str:
    """What chose the saved epoch: `best_by`, `last` if that could not be measured, `none` if nothing was trained."""
    if history.empty:
        return "none"
    column, _ = BEST_BY[best_by]
    return best_by if last_run(history)[column].notna().any() else "last"


def how_chosen(recipe: Mapping[str, Any], trained_on: Mapping[str, Any]) -> str:
    """The same as a sentence, from the record of a checkpoint; empty if nothing was trained or nothing is recorded."""
    best_by, chosen = recipe.get("best_by"), trained_on.get("chosen_by")
    if chosen not in BEST_BY:
        return ""
    if chosen != "last":
        return f"The epoch was chosen by {BEST_BY_TITLES[chosen]}."
    if best_by == "last":
        return "The last epoch was kept, as the recipe says."
    if best_by == "val_loss":
        return "The last epoch was kept, as no images measure the validation loss."
    if not trained_on.get("held_out_images"):
        return "The last epoch was kept, as no classes are held out."
    return f"The last epoch was kept, as the held-out images are too few or too alike to measure {best_by}."
