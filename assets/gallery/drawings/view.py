"""What a drawing function knows about the image it is drawn for."""

import random
from dataclasses import dataclass, field


@dataclass(frozen=True)
class View:
    """One image of one class: its number, and a generator of everything that may differ between the images."""

    number: int
    seed: str
    rng: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rng", random.Random(self.seed))

    def pick(self, *options):
        """One of the options, for example a palette: `body, trim = view.pick(("#b33", "#eee"), ("#28c", "#fff"))`."""
        return self.rng.choice(options)

    def vary(self, low: float, high: float) -> float:
        """A number between low and high, for example the height of a sleeve."""
        return round(self.rng.uniform(low, high), 2)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability


def shade(colour: str, amount: float) -> str:
    """`#rrggbb` made lighter (amount > 0) or darker (amount < 0); amount in -1..1."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    goal = 255 if amount > 0 else 0
    return "#" + "".join(f"{round(c + (goal - c) * abs(amount)):02x}" for c in channels)
