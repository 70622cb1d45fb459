"""Handlers of the error browser, on the sample gallery."""

import re
from html import unescape

import gradio as gr
import numpy as np
import pytest

from app.context import Context
from app.error_analysis.options import ListOptions, all_wrong, matching_queries
from app.library.library import open_library
from app.tabs import errors as errors_tab
from app.translator import Translator
from trainer.core.retrieval.error_analysis.queries import all_query_neighbours
from trainer.core.retrieval.evaluation import protocol, query_scores
from trainer.core.retrieval.metric_names import METRICS

T = Translator("en")


def listed(html):
    """(id of the query, hits, of, marks of the counted neighbours) of each entry with one checkpoint."""
    entries = re.findall(r"<li><div class=\"listed-query\">(.*?)</li>", html, re.S)
    found = []
    for entry in entries:
        image_id = re.search(r'data-id="([^"]+)"', entry).group(1)
        hits, of = map(int, re.search(r"<h3>\D*?(?:mP@5|recall@1) (\d)/(\d)", entry).groups())
        found.append((unescape(image_id), hits, of, re.findall(r'class="mark (\w+)"', entry)[:of]))
    return found


def pages(context, options):
    values = [getattr(options, name) for name in options.__dataclass_fields__]
    found = listed(errors_tab.show_queries(context, *values))
    page = 1
    while more := listed(errors_tab.turn_page(context, {"page": page}, *values)):
        if more[-1][0] == found[-1][0]:
            return found
        found, page = found + more, page + 1
    return found


@pytest.mark.parametrize("metric", METRICS)
def test_the_list_has_the_scores_of_the_evaluation(library, metric):
    """Every score, the marks that explain it, and the mean of the table."""
    context = Context(library, T)
    served = library.checkpoint(library.best)
    found = pages(context, ListOptions(library.best, metric=metric))
    scores = query_scores(library.gallery, served.precomputed.embeddings)[metric]
    ids = library.gallery.table["image_id"].to_numpy()[protocol(library.gallery).rows(metric)]
    score_of = dict(zip(ids, scores, strict=True))
    assert sorted(image_id for image_id, *_ in found) == sorted(ids)
    right = ("same_class", "same_type") if metric == "study_mp5" else ("same_class",)
    shown = []
    for image_id, hits, of, marks in found:
        assert hits / of == pytest.approx(score_of[image_id], abs=1e-9)
        assert sum(mark in right for mark in marks) == hits
        shown.append(hits / of)
    assert shown == sorted(shown)
    assert np.mean(shown) == pytest.approx(served.precomputed.evaluation[metric], abs=1e-9)


@pytest.mark.parametrize("ranking", ["losses", "gains"])
def test_two_checkpoints_are_ranked_by_their_difference(library, ranking):
    first, second = library.best, "pca-lite0"
    options = ListOptions(first, second, "guie_mp5", ranking)
    one, other = (library.checkpoint(name).precomputed.scores["guie_mp5"] for name in (first, second))
    difference = (other - one)[matching_queries(library, options)] * (1 if ranking == "losses" else -1)
    assert len(difference) == len(one)
    assert (np.diff(difference) <= 0).all()
    assert difference[0] > 0 > difference[-1]
    html = errors_tab.show_queries(Context(library, T), first, second, "guie_mp5", ranking)
    shown = [float(text) for text in re.findall(r"difference ([+-][\d.]+)", html)]
    assert shown == pytest.approx(difference[:10] * (1 if ranking == "losses" else -1), abs=5e-4)
    assert html.count('class="card"') == 10 * (1 + 2 * 5)


def test_the_order_follows_the_second_checkpoint(library):
    context = Context(library, T)

    def chosen(other, ranking):
        order, html = errors_tab.choose_other(context, library.best, other, "guie_mp5", ranking)
        assert html == errors_tab.show_queries(context, library.best, other, "guie_mp5", order)
        return order

    assert chosen("pca-lite0", "lowest") == "losses"
    assert chosen("pca-lite0", "gains") == "gains"
    assert chosen("", "losses") == "lowest"
    assert chosen("", "all_wrong") == "all_wrong"
    assert T("choose_second") in errors_tab.show_queries(context, library.best, "", "guie_mp5", "gains")


def test_another_type_clears_its_class_and_neighbour(library):
    values = [library.best, "", "guie_mp5", "lowest", "toys", "cars/delivery_van", "cars/"]
    classes, neighbours, html = errors_tab.choose_type(Context(library, T), *values)
    assert (classes.value, neighbours.value) == ("", "")
    assert ("rubber duck", "toys/rubber_duck") in [tuple(choice) for choice in classes.choices]
    assert len(listed(html)) == 10


def test_images_that_are_wrong_by_every_checkpoint(library):
    wrong = {
        position
        for position in range(162)
        if all(served.precomputed.scores["recall_at_1"][position] == 0 for served in library.checkpoints.values())
    }
    assert 0 < len(wrong) < 162
    assert set(all_wrong(library, "recall_at_1").tolist()) == wrong
    options = ListOptions(library.best, metric="recall_at_1", ranking="all_wrong")
    assert set(matching_queries(library, options).tolist()) == wrong
    html = errors_tab.show_queries(Context(library, T), library.best, "", "recall_at_1", "all_wrong")
    assert f"{len(wrong)} of 162 queries have recall@1 0 by every checkpoint (6 checkpoints)" in html


@pytest.mark.parametrize("neighbour", ["dishes/", "apparel/snowflake_hat"])
def test_filters_by_type_class_and_neighbour(library, neighbour):
    gallery, served = library.gallery, library.checkpoint(library.best)
    rows = protocol(gallery).rows("guie_mp5")
    nearest = all_query_neighbours(gallery, served.checkpoint, served.precomputed.embeddings, "guie_mp5").rows
    labels = gallery.object_types if neighbour.endswith("/") else gallery.classes
    expected = {
        position
        for position, row in enumerate(rows)
        if gallery.object_types[row] == "apparel" and neighbour.removesuffix("/") in labels[nearest[position]]
    }
    options = ListOptions(library.best, object_type="apparel", neighbour=neighbour)
    assert expected
    assert set(matching_queries(library, options).tolist()) == expected
    of_class = ListOptions(library.best, object_type="apparel", class_name="apparel/pompom_hat")
    assert {gallery.classes[rows[position]] for position in matching_queries(library, of_class)} == {
        "apparel/pompom_hat"
    }
    nothing = errors_tab.show_queries(Context(library, T), library.best, "", "guie_mp5", "lowest", "cars", "x")
    assert T("no_query_listed", metric="GUIE mP@5") in nothing


def test_a_cell_of_the_confusion_lists_its_queries(library):
    """The share in the cell is that of the neighbours, and its filters select the queries with such a neighbour."""
    context = Context(library, T)
    assert errors_tab.show_confusion(context, False, library.best, "guie_mp5", "") == ""
    html = errors_tab.show_confusion(context, True, library.best, "guie_mp5", "")
    query, share, other = re.search(r'aria-label="(\w+): (\d+) % of the neighbours are (dishes)\.', html).groups()
    gallery, served = library.gallery, library.checkpoint(library.best)
    rows = protocol(gallery).rows("guie_mp5")
    nearest = all_query_neighbours(gallery, served.checkpoint, served.precomputed.embeddings, "guie_mp5").rows
    of_type = gallery.object_types[rows] == query
    assert 100 * (gallery.object_types[nearest[of_type]] == other).mean() == pytest.approx(float(share), abs=0.5)
    payload = {"object_type": query, "class_name": "", "neighbour": f"{other}/"}
    *updates, shown = errors_tab.select_group(context, payload, library.best, "", "guie_mp5", "lowest", "cars")
    values = [getattr(update, "value", update) for update in updates]
    assert values == list(payload.values())
    assert shown == errors_tab.show_queries(context, library.best, "", "guie_mp5", "lowest", *values)
    assert len(listed(shown)) == (gallery.object_types[nearest[of_type]] == other).any(1).sum()


def test_the_confusion_within_a_type_has_its_classes(library):
    html = errors_tab.show_confusion(Context(library, T), True, library.best, "guie_mp5", "toys")
    titles = re.findall(r'<th scope="row">(.*?)</th>', html)
    toys = {name.partition("/")[2].replace("_", " ") for name in library.gallery.classes[library.gallery.rows("query")]
            if name.startswith("toys/")}  # fmt: skip
    assert set(titles) == toys
    assert all(
        payload[0] == "toys" and payload[1].startswith("toys/") and payload[2].startswith("toys/")
        for payload in re.findall(r'data-object-type="(.*?)" data-class-name="(.*?)" data-neighbour="(.*?)"', html)
    )


def test_the_classes_are_listed_lowest_first(library):
    html = errors_tab.show_classes(Context(library, T), True, library.best, "guie_mp5")
    values = [float(value) for value in re.findall(r"<td style[^>]*>([\d.]+)</td>", html)]
    numbers = [int(n) for n in re.findall(r"<td>(\d+)</td>", html)]
    assert values == sorted(values)
    assert len(values) == 81
    assert sum(numbers) == 162
    mean = library.checkpoint(library.best).precomputed.evaluation["guie_mp5"]
    assert np.average(values, weights=numbers) == pytest.approx(mean, abs=1e-3)


@pytest.mark.parametrize("hostile", [None, 3, [], {}, "nope", float("nan"), True, "cars/x", "a" * 10_000])
def test_hostile_payloads_are_one_sentence(library, hostile):
    context = Context(library, T)
    for key in ("object_type", "class_name", "neighbour"):
        with pytest.raises(gr.Error, match="no such group"):
            errors_tab.select_group(
                context, {"object_type": "toys", "class_name": "", "neighbour": "", key: hostile}, "x"
            )
    assert len(listed(errors_tab.turn_page(context, {"page": hostile}, library.best))) == 10
    with pytest.raises(gr.Error, match="in this gallery"):
        errors_tab.select_image(context, {"id": hostile})


@pytest.mark.parametrize("page", [-(10**30), -1, 10**30])
def test_a_page_that_does_not_exist_is_the_nearest_one(library, page):
    html = errors_tab.turn_page(Context(library, T), {"page": page}, library.best)
    assert T("page", page=1 if page < 0 else 17, pages=17) in html


def test_unknown_choices_are_one_sentence(library):
    context = Context(library, T)
    for values in (["nope"], [library.best, "nope"], [library.best, "", "nope"], [library.best, "", "guie_mp5", "no"]):
        with pytest.raises(gr.Error):
            errors_tab.show_queries(context, *values)
    for handler in (errors_tab.show_confusion, errors_tab.show_classes):
        with pytest.raises(gr.Error, match="No checkpoint"):
            handler(context, True, "nope", "guie_mp5", *([""] if handler is errors_tab.show_confusion else []))


@pytest.mark.parametrize("folders", [["toys"], ["toys", "cars"], ["."]])
def test_galleries_without_classes_or_labels_or_with_one_image(photos, trained, tmp_path, folders):
    for folder in folders:
        (tmp_path / "own" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / folder / "0.png").write_bytes((photos / "toys/amber/0.png").read_bytes())
    own = open_library(str(tmp_path / "own"), [str(trained)])
    context = Context(own, T)
    for metric in METRICS:
        html = errors_tab.show_queries(context, own.best, "", metric)
        assert T("no_query_listed", metric=T(metric)) in html
        assert errors_tab.show_confusion(context, True, own.best, metric, "")
        assert T("no_labels") in errors_tab.show_classes(context, True, own.best, metric)
