"""The numbers that a projection reads, with the reason for each default."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.core.errors import UserError, short_repr

ENGINES = ("parallel", "umap-learn")
N_NEIGHBORS_RANGE = (2, 200)
MAX_SEED = 2**32 - 1
# metric -> distance from the cosine distance 1 - s of unit rows
DISTANCES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "cosine": lambda cosine: cosine,
    "euclidean": lambda cosine: np.sqrt(2 * cosine),
}


def distances(similarity: np.ndarray, metric: str) -> np.ndarray:
    """Cosine similarities of unit rows -> float32 distances by a metric of DISTANCES."""
    return DISTANCES[metric]((1 - similarity).clip(0)).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class FitParameters:
    """Raises UserError for a value outside its range.

    `n_neighbors` 2..200: small values show fine structure, large values global structure. 30 keeps small groups on
    one sheet where UMAP's default of 15 threw single classes of the sample gallery far out; trustworthiness 0.996
    instead of 0.992 (arcface-linear-lite2, 5 neighbours). For t-SNE it is the perplexity.
    `min_dist` 0..1: how tightly UMAP may pack points; 0.3 leaves room to see the points of a group.
    `metric`: "cosine" as in the search, or "euclidean", which for unit rows has the same neighbours and reduces the
    difference between near and far ones.
    `seed` 0..2^32-1: the same seed gives the same map; another shows what is chance.
    `engine`: UMAP's optimiser, "parallel" (umap_optimizer.py) or "umap-learn" (plain `umap.UMAP`, slower).

    A dataclass rather than a pydantic model: the messages are texts of the page, and pydantic's would be longer to
    replace than these checks are.
    """

    n_neighbors: int = 30
    min_dist: float = 0.3
    metric: str = "cosine"
    seed: int = 0
    engine: str = ENGINES[0]

    def __post_init__(self) -> None:
        check_choice("metric", self.metric, tuple(DISTANCES))
        check_choice("engine", self.engine, ENGINES)
        low, high = N_NEIGHBORS_RANGE
        object.__setattr__(self, "n_neighbors", _number("n_neighbors", self.n_neighbors, low, high, whole=True))
        object.__setattr__(self, "min_dist", _number("min_dist", self.min_dist, 0, 1))
        object.__setattr__(self, "seed", _number("seed", self.seed, 0, MAX_SEED, whole=True))


def check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Raises UserError if the value is none of `allowed`."""
    if value not in allowed:
        choices = ", ".join(allowed)
        message = f"{name} is {short_repr(value)}: expected one of {choices}."
        raise UserError(message, key="parameter_choice", name=name, value=short_repr(value).strip("'"), allowed=choices)


def _number(name: str, value: object, low: int, high: int, whole: bool = False) -> int | float:
    """The value as int or float. A page sends whole numbers as 30.0, and may send anything."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not low <= number <= high or (whole and number != int(number)):
        message = f"{name} is {short_repr(value)}: expected {'a whole number from ' if whole else ''}{low} to {high}."
        key = "parameter_whole" if whole else "parameter_range"
        raise UserError(message, key=key, name=name, value=short_repr(value).strip("'"), low=low, high=high)
    return int(number) if whole else float(number)
