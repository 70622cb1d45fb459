"""What is said about a selection."""

import re
from dataclasses import replace

import numpy as np

from app.context import Context
from app.map.panel import A_PAGE, selection_panel
from app.map.selection import describe
from app.translator import Translator

T = Translator("en")


def shown(html):
    return [int(row) for row in re.findall(r'data-row="(\d+)"', html)]


def panel(library, rows, page=0, t=T):
    return selection_panel(Context(library, t), describe(library, np.asarray(rows), library.best), page)


def test_pages_hold_all_pictures_once(library):
    rows = list(range(100, 160))
    pages = [shown(panel(library, rows, page)) for page in range(3)]
    assert [len(page) for page in pages] == [A_PAGE, A_PAGE, 12]
    assert [row for page in pages for row in page] == rows
    assert shown(panel(library, rows, 99)) == pages[-1]
    assert shown(panel(library, rows, -5)) == pages[0]
    assert "data-page" not in panel(library, rows[:5])


def test_sentences(library):
    types = library.gallery.object_types
    toys, cars = np.flatnonzero(types == "toys"), np.flatnonzero(types == "cars")
    assert "All of them are toys." in panel(library, toys[:8])
    mixed = panel(library, np.concatenate([toys[:6], cars[:2]]))
    assert "Selected pictures: 8<" in mixed
    assert "75 % of them are toys, the most frequent of 2 types (purity 0.75)" in mixed
    assert "其中 75 % 是玩具" in panel(library, np.concatenate([toys[:6], cars[:2]]), t=Translator("zh-TW"))


def test_a_sample_says_so(library):
    selection = replace(describe(library, np.arange(40), library.best), asked=10, confused=("cars", "toys", 3))
    html = selection_panel(Context(library, T), selection, 0)
    assert "cars and toys, 3 of 50 nearest neighbours. (Counted for 10 of the pictures.)" in html
