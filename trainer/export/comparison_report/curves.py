"""The learning curves of a report as coordinates of an SVG: a panel of losses and a panel of mP@5."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trainer.core.models.training_records import SCORES

# Okabe and Ito (2008), for up to eight checkpoints in one chart; not the colours of the object types.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#b8a800")
WIDTH, HEIGHT = 640, 240  # of the plot area of a panel, in units of the SVG


@dataclass(frozen=True)
class Kind:
    """`dash`: the stroke-dasharray of the line."""

    title: str
    dash: str


KINDS = {  # column of history.csv -> kind of line
    "train_loss": Kind("training loss, with dropout", "none"),
    "train_loss_eval": Kind("training loss (eval mode)", "2 4"),
    "val_loss": Kind("validation loss", "8 4"),
    "val_study_mp5": Kind("study mP@5 on validation classes", "8 4"),
    "val_guie_mp5": Kind("GUIE mP@5 on validation classes", "none"),
}


@dataclass(frozen=True)
class Line:
    """`parts`: the coordinates of the polylines between missing values, as `x,y x,y`."""

    name: str
    kind: Kind
    colour: str
    parts: list[str]


@dataclass(frozen=True)
class Panel:
    """`x_ticks` and `y_ticks`: label -> coordinate."""

    title: str
    lines: list[Line]
    x_ticks: dict[str, float]
    y_ticks: dict[str, float]


def panels(curves: Mapping[str, pd.DataFrame]) -> list[Panel]:
    """Losses and scores on validation classes, as far as there are any; each checkpoint has one colour in both.

    `curves`: checkpoint -> columns of KINDS, a row per epoch. Values that are not finite interrupt a line.
    """
    losses = [kind for kind in KINDS if kind not in SCORES]
    found = [_panel("loss", curves, losses), _panel("mP@5", curves, SCORES)]
    return [panel for panel in found if panel is not None]


def _panel(title: str, curves: Mapping[str, pd.DataFrame], columns: Sequence[str]) -> Panel | None:
    from matplotlib.ticker import MaxNLocator

    drawn = [
        (name, COLOURS[number % len(COLOURS)], column, curve[column].to_numpy(float))
        for number, (name, curve) in enumerate(curves.items())
        for column in columns
        if column in curve
    ]
    finite = np.concatenate([np.zeros(0), *(values[np.isfinite(values)] for *_, values in drawn)])
    if not len(finite):
        return None
    low, high = float(finite.min()), float(finite.max())
    y_ticks = MaxNLocator(5).tick_values(low, high)
    epochs = max(len(values) for *_, values in drawn)
    x_ticks = [x for x in MaxNLocator(8, integer=True).tick_values(1, epochs) if 1 <= x <= epochs]
    bottom, top = float(y_ticks[0]), float(y_ticks[-1])

    def x_of(epoch: float) -> float:
        return WIDTH * (epoch - 1) / max(epochs - 1, 1)

    def y_of(value: float) -> float:
        return HEIGHT * (top - value) / (top - bottom)

    lines = [Line(name, KINDS[column], colour, _parts(values, x_of, y_of)) for name, colour, column, values in drawn]
    return Panel(title, lines, {f"{x:g}": x_of(x) for x in x_ticks}, {f"{y:.4g}": y_of(float(y)) for y in y_ticks})


def _parts(values: np.ndarray, x_of: Callable[[float], float], y_of: Callable[[float], float]) -> list[str]:
    """Polylines between values that are not finite."""
    places = np.flatnonzero(np.isfinite(values))
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return [" ".join(f"{x_of(i + 1):.1f},{y_of(float(values[i])):.1f}" for i in run) for run in runs]
