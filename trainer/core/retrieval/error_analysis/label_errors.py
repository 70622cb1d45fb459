"""Images whose class is probably wrong, because another class dominates among their nearest neighbours.

errors = probable_label_errors(gallery.classes, nearest)       # nearest (N, 5): rows of each image's neighbours
"""

from dataclasses import dataclass

import numpy as np

LEAST_KNOWN = 3  # neighbours with a class
LEAST_SHARE = 0.6  # of the other class
LEAST_LEAD = 0.5  # see `probable_label_errors`


@dataclass(frozen=True)
class LabelError:
    """An image by row, and the class that dominates among its neighbours.

    `own` and `other`: how many of the `known` neighbours, which have a class, have the image's class and that class.
    """

    row: int
    suggested: str
    own: int
    other: int
    known: int


def probable_label_errors(classes: np.ndarray, nearest: np.ndarray) -> list[LabelError]:
    """Classes (N,), "" if unknown, and neighbours (N, K) -> suspects, the largest lead of the other class first.

    The class probabilities of an image are the shares of each class among its neighbours, leave-one-out. As in
    confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
    JAIR 2021, section 3.1), an image counts for another class if that probability reaches the mean probability that
    images of that class have for their own class. It must also be at least LEAST_SHARE, and its lead at least
    LEAST_LEAD: the share of the other class, minus that of the image's own class, minus the share of the other class
    among the neighbours of the other images of its class, which is high if the checkpoint confuses the two classes.

    With 15 exchanged labels among the 721 images of the sample gallery, by `atlas`, it lists 16 images on average, 12
    of them with a wrong label (10 draws); with correct labels it lists 5.

    Images whose class has no other image are left out: nothing could support their label.
    """
    names, codes = np.unique(classes, return_inverse=True)
    unknown = names == ""
    of_neighbours = codes[nearest]  # (N, K)
    is_known = ~unknown[of_neighbours]
    known = is_known.sum(1)
    is_own = (of_neighbours == codes[:, None]) & is_known
    votes = (of_neighbours[:, :, None] == of_neighbours[:, None, :]).sum(2) * (is_known & ~is_own)  # (N, K)
    own, other = is_own.sum(1), votes.max(1, initial=0)
    n_of_class = np.bincount(codes, minlength=len(names))
    usable = ~unknown[codes] & (n_of_class[codes] > 1) & (known >= LEAST_KNOWN)
    own_share, other_share = own / np.maximum(known, 1), other / np.maximum(known, 1)
    n_usable = np.bincount(codes[usable], minlength=len(names))
    threshold = np.bincount(codes[usable], own_share[usable], len(names)) / np.maximum(n_usable, 1)
    best = of_neighbours[np.arange(len(votes)), votes.argmax(1)] if nearest.shape[1] else codes
    pairs, n_pairs = np.unique((codes[:, None] * len(names) + of_neighbours)[is_known], return_counts=True)
    place = np.searchsorted(pairs, codes * len(names) + best).clip(max=max(len(pairs) - 1, 0))
    of_class = n_pairs[place] if len(pairs) else np.zeros(len(codes), int)  # of `best`, by neighbours of the class
    known_of_class = np.bincount(codes, known, len(names))[codes]
    confused = (of_class - other) / np.maximum(known_of_class - known, 1)
    lead = other_share - own_share - confused
    suspect = usable & (other_share >= LEAST_SHARE) & (other_share >= threshold[best]) & (lead >= LEAST_LEAD)
    rows = np.flatnonzero(suspect)
    rows = rows[np.argsort(-lead[rows], kind="stable")]
    return [LabelError(int(i), str(names[best[i]]), int(own[i]), int(other[i]), int(known[i])) for i in rows]
