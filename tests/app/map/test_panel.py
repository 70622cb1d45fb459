"""The panel of a selection."""

import re
from dataclasses import replace

import numpy as np

from app.context import Context
from app.map.panel import PAGE_SIZE, selection_panel
from app.map.selection import describe
from app.translator import Translator

T = Translator("en")


def shown_rows(html):
    return [int(row) for row in re.findall(r'data-row="(\d+)"', html)]


def panel(library, rows, page=0, t=T):
    return selection_panel(Context(library, t), describe(library, np.asarray(rows), library.best), page)


def test_pages_show_all_images_once(library):
    rows = list(range(100, 160))
    pages = [shown_rows(panel(library, rows, page)) for page in range(3)]
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 12]
    assert [row for page in pages for row in page] == rows
    assert shown_rows(panel(library, rows, 99)) == pages[-1]
    assert shown_rows(panel(library, rows, -5)) == pages[0]
    assert "data-page" not in panel(library, rows[:5])


def test_the_first_and_the_last_page_have_one_button_each(library):
    buttons = [
        re.findall(r'data-page="(-?\d+)"[^>]*?( disabled)?>', panel(library, range(60), page)) for page in range(3)
    ]
    assert buttons == [
        [("-1", " disabled"), ("1", "")],
        [("0", ""), ("2", "")],
        [("1", ""), ("3", " disabled")],
    ]


def test_sentences(library):
    types = library.gallery.object_types
    toys, cars = np.flatnonzero(types == "toys"), np.flatnonzero(types == "cars")
    assert f"{T('selection_pure', type='toys')}" in panel(library, toys[:8])
    mixed = np.concatenate([toys[:6], cars[:2]])
    html = panel(library, mixed)
    assert f"{T('selection', n=8)}<" in html
    assert "75 % are toys, the most frequent of 2 object types (purity 0.75)" in html
    assert "其中 75 % 是玩具" in panel(library, mixed, t=Translator("zh-TW"))
    assert re.findall(r"width:([\d.]+)%", html) == ["75.00", "25.00"]
    assert re.findall(r"</i>(\w+) <b>(\d+)</b>", html) == [("toys", "6"), ("cars", "2")]


def test_classes_are_listed_by_frequency(library):
    rows = np.flatnonzero(library.gallery.classes != "")[:200]
    selection = describe(library, rows, library.best)
    html = panel(library, rows)
    names = [name.partition("/")[2].replace("_", " ") for name, _ in selection.classes]
    listed = ", ".join(f"{name} {count}" for name, (_, count) in zip(names[:8], selection.classes, strict=False))
    assert f"{T('selection_classes', names=listed + T('selection_more', n=len(names) - 8))}<" in html


def test_a_sample_says_so(library):
    selection = replace(describe(library, np.arange(40), library.best), n_sampled=10, confused=("cars", "toys", 3))
    html = selection_panel(Context(library, T), selection, 0)
    assert f"cars and toys, 3 of 50 nearest neighbours.{T('confused_of', n=10)}" in html


def test_hostile_labels_are_harmless(library):
    hostile = "<img src=x onerror=alert(1)>"
    table = library.gallery.table.assign(object_type=hostile, class_name=hostile)
    html = panel(replace(library, gallery=replace(library.gallery, table=table)), range(8))
    assert hostile not in html
    text_before_the_images = html.partition("data-row")[0]
    assert text_before_the_images.count("&lt;img src=x onerror=alert(1)&gt;") >= 3  # purity, counts and classes
