"""Images with what is said about them: escaped, in order, counted right."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from app.components import cards
from app.context import Context
from app.library.query import Answer, Query
from app.library.query_image import QueryImage
from app.translator import Translator

T = Translator("en")
HOSTILE = "<script>alert(1)</script>\"' onerror='x&amp;"


class Tags(HTMLParser):
    """The tags of a piece of HTML with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)


def gallery_query(library, row=0):
    return library.query_from_id(library.gallery.table["image_id"][row])


def made_up(rows, counts, **changes):
    values = {"similarity": np.linspace(0.9, 0.5, len(rows)), "encode_s": 0.1234,
              "search_s": 0.0005, "presence": None} | changes  # fmt: skip
    rows = np.array(rows, int)
    return Answer(rows=rows, nearest=rows, nearest_types=Counter(counts), **values)


@pytest.fixture
def hostile(library):
    """The sample with labels and ids that try to get out of the HTML."""
    table = library.gallery.table.copy()
    table["class_name"] = HOSTILE
    table["object_type"] = table["object_type"].where(table.index > 0, HOSTILE)
    table["image_id"] = [f"{HOSTILE}{row}" for row in table.index]
    return replace(library, gallery=replace(library.gallery, table=table))


def test_hostile_labels_stay_text(hostile):
    query = Query(HOSTILE, image=QueryImage(Image.new("RGB", (4, 4))))
    found = hostile.answer(query, hostile.best, 5)
    of_a_row = Query(HOSTILE, row=0)
    pieces = [
        cards.grid(Context(hostile, T), [0, 1]),
        cards.answer(Context(hostile, T), query, found, HOSTILE),
        cards.answer(Context(hostile, T), of_a_row, made_up([1, 2], {HOSTILE: 3}), hostile.best),
        cards.query_card(Context(hostile, T), query),
        cards.query_card(Context(hostile, T), of_a_row),
        cards.empty(HOSTILE, HOSTILE),
        cards.example_strip(Context(hostile, T), [HOSTILE], [0]),
    ]
    for html in pieces:
        parsed = Tags(html)
        assert "script" not in {tag for tag, _ in parsed.tags}
        assert not any(name.startswith("on") for _, attributes in parsed.tags for name in attributes)
    ids = [attributes["data-id"] for tag, attributes in Tags(pieces[0]).tags if tag == "button"]
    assert ids == [f"{HOSTILE}0", f"{HOSTILE}1"]  # and come back whole
    assert HOSTILE in "".join(Tags(pieces[0]).words)


def test_cards_stand_in_order_of_rank(library):
    rows = [30, 4, 200]
    html = cards.neighbours(
        Context(library, T), Query("x", image=QueryImage(Image.new("RGB", (4, 4)))), made_up(rows, {})
    )
    ids = re.findall(r'data-id="([^"]+)"', html)
    assert ids == library.gallery.table["image_id"].iloc[rows].tolist()
    assert re.findall(r'class="rank">(\d+)<', html) == ["1", "2", "3"]
    assert re.findall(r'class="similarity"[^>]*>([\d.]+)<', html) == ["0.900", "0.700", "0.500"]
    assert "mark" not in html


def test_marks_name_what_neighbours_have_in_common_and_the_scores_count_them(library):
    types, classes = library.gallery.object_types, library.gallery.classes
    same_class = np.flatnonzero(classes == classes[0])[1:3]
    same_type = np.flatnonzero((types == types[0]) & (classes != classes[0]))[:2]
    other = np.flatnonzero(types != types[0])[:1]
    rows = [same_class[0], other[0], same_type[0], same_type[1], same_class[1]]
    html = cards.answer(Context(library, T), gallery_query(library), made_up(rows, {types[0]: 50}), library.best)
    marks = ["same_class", "other_type", "same_type", "same_type", "same_class"]
    assert re.findall(r'class="mark (\w+)"', html) == marks
    assert [html.count(text) for text in ("✓ same class", "≈ same type", "✗ other type")] == [2, 2, 1]
    assert "study mP@5 of this query: 4/5" in html
    assert "GUIE mP@5 of this query: 2/5" in html


def test_an_upload_is_marked_and_scored_if_its_label_is_given(library):
    classes = library.gallery.classes
    own = np.flatnonzero(classes == classes[0])
    outside = Query("x", image=QueryImage(Image.new("RGB", (4, 4))), label=classes[0])
    html = cards.answer(Context(library, T), outside, made_up(own[:5], {}), library.best)
    assert html.count("✓ same class") == 5
    assert "GUIE mP@5 of this query: 5/5" in html
    of_type = replace(outside, label=f"{library.gallery.object_types[0]}/")
    html = cards.answer(Context(library, T), of_type, made_up(own[:5], {}), library.best)
    assert html.count("≈ same type") == 5
    assert "study mP@5 of this query: 5/5" in html
    assert "GUIE" not in html
    assert "mP@5" not in cards.answer(Context(library, T), replace(outside, label=""), made_up([0], {}), library.best)


@pytest.mark.parametrize(
    ("presence", "sentence", "grey"),
    [
        ([0.9, 0.07, 0.03], "Very likely the same thing is in the gallery", False),
        ([0.3, 0.6, 0.1], "Probably the gallery has the same type, but another thing", False),
        ([0.3, 0.3, 0.4], "Perhaps nothing like this is in the gallery", True),
        (None, "How likely the gallery shows the same thing is not known", False),
    ],
)
def test_how_sure_the_answer_is_comes_first(library, presence, sentence, grey):
    presence = None if presence is None else np.array(presence)
    query = Query("x", image=QueryImage(Image.new("RGB", (4, 4))))
    html = cards.answer(Context(library, T), query, made_up([1], {}, presence=presence), library.best)
    assert 0 < html.index(sentence) < html.index('class="similarity"')
    assert ("neighbours absent" in html) == grey
    bar = [float(width) for width in re.findall(r'<i class="\w+" style="width:([\d.]+)%"', html)]
    assert bar == ([] if presence is None else pytest.approx(100 * presence[::-1]))


def test_of_a_known_class_the_page_says_what_the_gallery_has(library):
    context, presence = Context(library, T), np.array([0.1, 0.2, 0.7])
    classes, types = library.gallery.classes, library.gallery.object_types

    def answered(query):
        return cards.answer(context, query, made_up([1], {}, presence=presence), library.best)

    html = answered(gallery_query(library))
    row = gallery_query(library).row
    assert f"The gallery has {(classes == classes[row]).sum() - 1} other images of this class" in html
    assert "without the label" in html
    assert "neighbours absent" not in html
    outside = Query("x", image=QueryImage(Image.new("RGB", (4, 4))), label=f"{types[0]}/something_else")
    of_type = f"no other image of this class, but {(types == types[0]).sum()} of this object type"
    assert of_type in answered(outside)
    assert "nothing like this" in answered(replace(outside, label=f"{types[0]}/"))  # the class is not known
    assert "no other image of this object type" in answered(replace(outside, label="spoons/big"))


def test_bars_cover_everything(library):
    names = library.gallery.type_order
    counts = dict(zip(names, [20, 10, 6, 5, 4, 2, 1, 1, 1], strict=False))
    query = Query("x", image=QueryImage(Image.new("RGB", (4, 4))))
    html = cards.answer(Context(library, T), query, made_up([0], counts), library.best)
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%;--light", html)]
    assert sum(widths) == pytest.approx(100)
    assert widths == sorted(widths, reverse=True)
    assert html.count("<dt>") == 9  # each type that occurs


def test_beyond_eleven_types_the_rest_is_summed_up(monkeypatch, library):
    monkeypatch.setattr(cards, "MAX_TYPE_BARS", 2)
    counts = dict(zip(library.gallery.type_order, [20, 20, 6, 4], strict=False))
    html = cards.answer(Context(library, T), gallery_query(library), made_up([1], counts), library.best)
    assert re.findall(r"width:([\d.]+)%", html) == ["40.0", "40.0", "20.0"]
    assert "Object types of the 50 nearest images" in html


def test_timing_tells_what_was_done(library):
    outside = Query("x", image=QueryImage(Image.new("RGB", (4, 4))))
    assert "Encoded in 123 ms, searched 721 images in 0.5 ms." in cards.answer(
        Context(library, T), outside, made_up([0], {"toys": 1}), library.best
    )
    inside = cards.answer(Context(library, T), gallery_query(library), made_up([1], {"toys": 1}), library.best)
    assert "Precomputed embedding" in inside
    assert "Encoded" not in inside


def test_a_class_without_a_name_is_told(library):
    gallery = replace(library.gallery, table=library.gallery.table.assign(class_name=""))
    assert "<b>no class</b>" in cards.grid(Context(replace(library, gallery=gallery), T), [0])


def test_a_large_upload_travels_small(library):
    noise = np.random.default_rng(0).integers(0, 255, (3000, 2000, 3), np.uint8)
    assert len(cards.query_card(Context(library, T), Query("x", image=QueryImage(Image.fromarray(noise))))) < 80_000


def test_a_query_without_neighbours_is_drawn(library):
    """The only image of a gallery of one."""
    empty = made_up([], {}, similarity=np.array([]))
    assert "Query" in cards.answer(Context(library, T), gallery_query(library), empty, library.best)
