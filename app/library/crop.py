"""A query for a region of another query's image.

query = crop(library, library.query_from_file("photo.jpg"), parse_region("0.25,0,0.75,0.5"))
"""

from collections.abc import Sequence

from app.library.library import Library
from app.library.query import Query, Region
from app.library.query_image import QueryImage
from trainer.core.data.images import read_image
from trainer.core.errors import UserError

SMALLEST_PX = 8  # of each side
SMALLEST = 0.02  # of each side of the whole image
DIGITS = 4  # of each fraction, so that an address holds exactly the region that is shown


def crop(library: Library, query: Query, region: Sequence[object]) -> Query:
    """A query with a region of a query's image; of a region, a part of that.

    `region`: left, top, right, bottom as fractions 0..1 of the image; its values are untrusted. Raises UserError for
    anything else and for a region that is too small.
    """
    whole = query.whole or query
    left, top, right, bottom = of_whole = _rounded(query.region or (0, 0, 1, 1), _checked(region))
    if whole.row is None:
        assert whole.image is not None
        image = whole.image.open()
    else:
        image = read_image(library.gallery.table["path"].iloc[whole.row])
    width, height = image.size
    x, y, x_end, y_end = round(left * width), round(top * height), round(right * width), round(bottom * height)
    if (
        min(round(right - left, DIGITS), round(bottom - top, DIGITS)) < SMALLEST
        or min(x_end - x, y_end - y) < SMALLEST_PX
    ):
        raise _bad_region()
    object_type, class_name = library.labels_of(query)
    return Query(
        whole.name,
        image=QueryImage(image.crop((x, y, x_end, y_end))),
        label=class_name or (f"{object_type}/" if object_type else ""),
        whole=whole,
        region=of_whole,
    )


def region_text(query: Query | None) -> str:
    """`left,top,right,bottom` of the region that a query shows; "" for a whole image."""
    return "" if query is None or query.region is None else ",".join(f"{value:g}" for value in query.region)


def parse_region(text: str) -> Region:
    """The reverse of `region_text`. Raises UserError for anything else."""
    try:
        return _checked([float(part) for part in text.split(",")])
    except ValueError:
        raise _bad_region() from None


def _checked(region: Sequence[object]) -> Region:
    """Four numbers in 0..1, each end after its start. Raises UserError for anything else."""
    numbers = [value for value in region if isinstance(value, int | float) and 0 <= value <= 1]  # not nan
    if len(numbers) == len(region) == 4:
        left, top, right, bottom = numbers
        if left < right and top < bottom:
            return left, top, right, bottom
    raise _bad_region()


def _rounded(outer: Region, inner: Region) -> Region:
    """The region `inner` of the region `outer`, as a region of the whole."""
    left, top, right, bottom = outer
    width, height = right - left, bottom - top
    x, y, x_end, y_end = inner
    return (
        round(left + x * width, DIGITS),
        round(top + y * height, DIGITS),
        round(left + x_end * width, DIGITS),
        round(top + y_end * height, DIGITS),
    )


def _bad_region() -> UserError:
    px, percent = SMALLEST_PX, round(100 * SMALLEST)
    message = f"Mark a larger part of the image: at least {px} px and {percent} % of its width and of its height."
    return UserError(message, key="bad_region", px=px, percent=percent)
