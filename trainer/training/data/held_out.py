"""Which classes are held out for validation, and which images of the other classes measure the loss."""

import numpy as np

LEAST_HELD_OUT = 2  # classes: with a single one, every neighbour is right whatever the head


def held_out_classes(
    classes: np.ndarray, types: np.ndarray, share: float, min_images_per_class: int, rng: np.random.Generator
) -> list[str]:
    """Classes to hold out, drawn at random among those of at least two images; see `_quotas` for how many of each type.

    `classes` (N,), `types` (N,). Two classes always remain for training. Fewer than LEAST_HELD_OUT classes cannot be
    scored: none is held out then.
    """
    drawn, n_classes = [], []
    for object_type in np.unique(types):
        names, counts = np.unique(classes[types == object_type], return_counts=True)
        drawn.append(rng.permutation(names[counts >= 2]).tolist())
        n_classes.append(len(drawn[-1]))
    quotas = _quotas(np.array(n_classes), share)
    names, counts = np.unique(classes, return_counts=True)
    trainable = set(names[counts >= min_images_per_class].tolist())
    chosen: list[str] = []
    for name in (name for names, quota in zip(drawn, quotas, strict=True) for name in names[:quota]):
        if name not in trainable or len(trainable) > 2:
            trainable.discard(name)
            chosen.append(name)
    return chosen if len(chosen) >= LEAST_HELD_OUT else []


def _quotas(n_classes: np.ndarray, share: float) -> np.ndarray:
    """How many classes of each object type are held out, (T,) int for (T,) numbers of classes.

    The share of each type, rounded. Types whose share rounds to zero are pooled: as many of them as their common share
    gives hold out one class, those with the most classes first. If the share is above zero, at least LEAST_HELD_OUT
    classes are held out in all, as far as types have more than one class: a type keeps its only class for training.

    >>> _quotas(np.array([20, 5, 5, 5, 1]), 0.1).tolist()
    [2, 1, 1, 0, 0]
    >>> _quotas(np.array([1, 5]), 0.1).tolist()
    [0, 2]
    """
    quotas = np.round(share * n_classes).astype(int)
    small = np.flatnonzero((quotas == 0) & (n_classes > 1))
    n_more = round(share * n_classes[small].sum())
    quotas[small[np.argsort(-n_classes[small], kind="stable")[:n_more]]] = 1
    while share > 0 and quotas.sum() < LEAST_HELD_OUT and (n_classes - quotas).max(initial=0) > 1:
        quotas[np.argmax(n_classes - quotas)] += 1
    return quotas


def one_in_six(classes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(N,) bool: one image in six of each class, drawn at random; none of a class with fewer than six."""
    chosen = np.zeros(len(classes), bool)
    order = np.argsort(classes, kind="stable")
    _, starts = np.unique(classes[order], return_index=True)
    for rows in np.split(order, starts[1:]):  # the rows of one class, in their order
        chosen[rng.permutation(rows)[: len(rows) // 6]] = True
    return chosen
