"""How a map is made: the projection and its parameters, with the reason for each default.

parameters = ProjectionParameters("t-sne", seed=3)
parameters.key()                # what a stored map depends on: only what this projection uses
"""

from dataclasses import dataclass

from trainer.core.errors import UserError
from trainer.core.projection.base import Projection
from trainer.core.projection.neighbour_projection import DISTANCES
from trainer.core.projection.registry import PROJECTIONS

ENGINES = ("parallel", "umap-learn")
N_NEIGHBORS_RANGE = (2, 200)
MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class ProjectionParameters:
    """Raises UserError for a value outside its range.

    `projection`: a key of PROJECTIONS. UMAP (McInnes et al., 2018) keeps neighbours and some of the global structure.
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

    projection: str = "umap-2d"
    n_neighbors: int = 30
    min_dist: float = 0.3
    metric: str = "cosine"
    seed: int = 0
    engine: str = ENGINES[0]

    def __post_init__(self) -> None:
        for name, allowed in (("projection", PROJECTIONS), ("metric", DISTANCES), ("engine", ENGINES)):
            value = getattr(self, name)
            if value not in tuple(allowed):
                choices = ", ".join(allowed)
                message = f"{name} is {value!r}: expected one of {choices}."
                raise UserError(message, key="parameter_choice", name=name, value=value, allowed=choices)
        low, high = N_NEIGHBORS_RANGE
        object.__setattr__(self, "n_neighbors", _number("n_neighbors", self.n_neighbors, low, high, whole=True))
        object.__setattr__(self, "min_dist", _number("min_dist", self.min_dist, 0, 1))
        object.__setattr__(self, "seed", _number("seed", self.seed, 0, MAX_SEED, whole=True))

    @property
    def method(self) -> Projection:
        """The implementation."""
        return PROJECTIONS[self.projection]

    def key(self) -> dict[str, object]:
        """The part of a cache key that stands for these parameters; equal for parameters that give the same map.

        The values in OMITTED are left out, so that maps keep the names that they had before there was a choice.
        """
        used = {name: getattr(self, name) for name in (*self.method.parameters, "projection")}
        used = {name: value for name, value in used.items() if OMITTED.get(name) != value}
        return {**used, "version": self.method.version}


OMITTED = {"projection": "umap-2d", "metric": "cosine", "engine": "parallel"}


def _number(name: str, value: object, low: int, high: int, whole: bool = False) -> int | float:
    """The value as int or float. A page sends whole numbers as 30.0, and may send anything."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not low <= number <= high or (whole and number != int(number)):
        message = f"{name} is {value!r}: expected {'a whole number from ' if whole else ''}{low} to {high}."
        key = "parameter_whole" if whole else "parameter_range"
        raise UserError(message, key=key, name=name, value=value, low=low, high=high)
    return int(number) if whole else float(number)
