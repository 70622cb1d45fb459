"""Progress of long work: a bar on standard error by default, or a function of the caller, such as the page's bar."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")
Progress = Callable[..., Iterable[Item]]


def terminal(items: Iterable[Item], *, total: int | None = None, desc: str = "", unit: str = "it") -> Iterator[Item]:
    """Iterate with a bar on standard error, which appears after half a second."""
    yield from tqdm(items, total=total, desc=desc, unit=unit, delay=0.5, dynamic_ncols=True)


def silent(items: Iterable[Item], *, total: int | None = None, desc: str = "", unit: str = "it") -> Iterator[Item]:
    """Iterate without a bar."""
    yield from items


@lru_cache(maxsize=1024)
def print_once(sentence: str) -> None:
    """Print a note on standard error, once per process."""
    print(sentence, file=sys.stderr)
