"""How a map is made: the projection and its parameters, with the reason for each default.

parameters = ProjectionParameters("t-sne", seed=3)
parameters.key()                # what a stored map depends on: nothing that this projection does not use
"""

from dataclasses import dataclass

from trainer.core.errors import UserError

# projection -> the parameters that change it
USED = {
    "umap-2d": ("n_neighbors", "min_dist", "metric", "seed"),
    "umap-3d": ("n_neighbors", "min_dist", "metric", "seed"),
    "pca": (),
    "t-sne": ("n_neighbors", "metric", "seed"),
}
DIMS = {"umap-2d": 2, "umap-3d": 3, "pca": 2, "t-sne": 2}
METRICS = ("cosine", "euclidean")
NEIGHBOURS = (2, 200)
MAX_SEED = 2**32 - 1
VERSION = 2


@dataclass(frozen=True)
class ProjectionParameters:
    """Raises UserError for values outside the ranges given here.

    `projection`: UMAP (McInnes et al., 2018) keeps who is next to whom and still something of the broad picture.
    `n_neighbors` 2..200: small shows fine structure, large the broad one; 30 keeps groups of a few pictures on one
    sheet, where UMAP's own 15 threw single classes of the sample gallery far out, for a trustworthiness of 0.996
    instead of 0.992 (arcface-linear-lite2, 5 neighbours). t-SNE takes it as its perplexity.
    `min_dist` 0..1: how tightly points may pack; 0.3 leaves room to see the points of a group.
    `metric`: how neighbours are weighed, by cosine as everywhere here; for unit rows "euclidean" has the same
    neighbours, and counts far ones as nearer.
    `seed` 0..2^32-1: another one shows what is chance; the same gives the same map.
    """

    projection: str = "umap-2d"
    n_neighbors: int = 30
    min_dist: float = 0.3
    metric: str = "cosine"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, allowed in (("projection", self.projection, tuple(USED)), ("metric", self.metric, METRICS)):
            if value not in allowed:
                choices = ", ".join(allowed)
                message = f"{name} is {value!r}: expected one of {choices}."
                raise UserError(message, key="parameter_choice", name=name, value=value, allowed=choices)
        low, high = NEIGHBOURS
        object.__setattr__(self, "n_neighbors", _number("n_neighbors", self.n_neighbors, low, high, whole=True))
        object.__setattr__(self, "min_dist", _number("min_dist", self.min_dist, 0, 1))
        object.__setattr__(self, "seed", _number("seed", self.seed, 0, MAX_SEED, whole=True))

    @property
    def dims(self) -> int:
        return DIMS[self.projection]

    def key(self) -> dict[str, object]:
        """What is part of a stored map's name; equal for parameters that give the same map.

        "umap-2d" and "cosine" are left out: the maps that travel with checkpoints were named before there were others.
        """
        used = {name: getattr(self, name) for name in USED[self.projection]}
        if self.projection != "umap-2d":
            used["projection"] = self.projection
        if used.get("metric") == "cosine":
            del used["metric"]
        return {**used, "version": VERSION}


def _number(name: str, value: object, low: int, high: int, whole: bool = False) -> int | float:
    """The same number as int or float. A page sends whole numbers as 30.0, and anything else as well."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not low <= number <= high or (whole and number != int(number)):
        message = f"{name} is {value!r}: expected {'a whole number from ' if whole else ''}{low} to {high}."
        key = "parameter_whole" if whole else "parameter_range"
        raise UserError(message, key=key, name=name, value=value, low=low, high=high)
    return int(number) if whole else float(number)
