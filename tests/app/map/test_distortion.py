"""The warning that a projection shows an image far from its neighbours."""

from copy import copy
from dataclasses import replace

import numpy as np

from app.map.distortion import FAR, is_far


def test_a_twentieth_of_the_gallery_is_far(library):
    projection_set = library.maps.get()
    nearest = library.nearest(library.best)
    far = [
        is_far(library, projection_set, library.best, library.query_from_id(image_id), rows)
        for image_id, rows in zip(library.gallery.table["image_id"], nearest, strict=True)
    ]
    assert 0.5 * (1 - FAR) < np.mean(far) < 2 * (1 - FAR)


def test_a_moved_point_is_far_and_one_among_its_neighbours_is_not(library):
    projection_set, name = library.maps.get(), library.best
    row = 40
    neighbours = library.nearest(name)[row]
    query = library.query_from_id(library.gallery.table["image_id"][row])

    def with_point(xy):
        moved = copy(projection_set.projections[name])
        moved.xy = moved.xy.copy()
        moved.xy[row] = xy
        return replace(projection_set, projections={name: moved}, spread_limits={})

    xy = projection_set.projections[name].xy
    assert is_far(library, with_point(xy.max(0) + np.ptp(xy, axis=0)), name, query, neighbours)
    assert not is_far(library, with_point(np.median(xy[neighbours], axis=0)), name, query, neighbours)
