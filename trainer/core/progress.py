"""Progress of long work: a bar on standard error by default, or whatever the caller hands in (the page's own bar)."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")
Progress = Callable[..., Iterable[Item]]


def terminal(items: Iterable[Item], *, total: int | None = None, desc: str = "", unit: str = "it") -> Iterator[Item]:
    """Iterate with a bar on standard error; it disappears when standard error is not a terminal and work is short."""
    yield from tqdm(items, total=total, desc=desc, unit=unit, delay=0.5, dynamic_ncols=True)


def silent(items: Iterable[Item], *, total: int | None = None, desc: str = "", unit: str = "it") -> Iterator[Item]:
    """No bar, as for all but the first of several processes."""
    yield from items


@lru_cache(maxsize=1024)
def print_once(sentence: str) -> None:
    """Print a note on standard error, the first time in a process."""
    print(sentence, file=sys.stderr)
