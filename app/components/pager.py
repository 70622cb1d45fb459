"""Buttons that turn the pages of a list: the event `turn_page` with the number of the page, from 0."""

from markupsafe import Markup

from app.components.templating import render
from app.translator import Translator


def pager(page: int, n_pages: int, t: Translator) -> Markup:
    """Empty for a single page."""
    if n_pages < 2:
        return Markup()
    return render(
        "pager.html.j2",
        text=t("page", page=page + 1, pages=n_pages),
        previous={"page": page - 1, "label": t("page_back"), "enabled": page > 0},
        next={"page": page + 1, "label": t("page_on"), "enabled": page + 1 < n_pages},
    )
