"""Which object types the chart and the table of a metric show."""

from app.compare.results import summaries
from app.library.library import Library

MOST_TYPES = 12  # more are shown on request


def shown_types(library: Library, metric: str, every_type: bool = False) -> list[str]:
    """At most MOST_TYPES types, those with the largest difference between two checkpoints first; else all.

    A gallery with no more types than that, and `every_type`, give all of them in the order of the gallery. Types with
    the same difference, such as with a single checkpoint, are ordered by their number of queries.
    """
    order = library.gallery.type_order
    if every_type or len(order) <= MOST_TYPES:
        return list(order)
    results = summaries(library)
    counted = "n" if metric == "study_mp5" else "n_queries"

    def rank(name: str) -> tuple[float, int]:
        of_type = [result["per_type"].get(name, {}) for result in results]
        values = [one[metric] for one in of_type if one.get(metric) is not None]
        return (min(values) - max(values) if values else 1, -of_type[0].get(counted, 0))

    return sorted(order, key=rank)[:MOST_TYPES]
