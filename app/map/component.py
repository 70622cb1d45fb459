"""The point map: every image of the gallery as a point, drawn by the modules of `map/web/` inside `gr.HTML`.

component = map_component(context)
component.select_image(...)         # {"row": 12}: a point was chosen
component.select_points(...)        # {"rows": "...", "selection": "..."}: see `selected_rows` and `Link`
component.checkpoint_changed(...)   # {"checkpoint": "arcface"}: the slider shows another checkpoint
component.compare_with(...)         # {"checkpoint": "arcface"}: the second checkpoint, or "" for none
component.clear_selection(...)      # {"query": false}: clear the selected image; with true also the query

The value is small (`map_value`): the checkpoints shown, their projections, the query's coordinates, and the neighbours
of the selected image. The browser fetches coordinates and labels once as files (`routes.py`), and images by row.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
import numpy as np

from app.components.palette import style_of
from app.components.templating import render
from app.context import Context
from app.library.library import Answer, Library, Query
from app.library.projection_sets import ProjectionSet
from app.map.script import entry_url, preload_urls
from app.translator import Translator
from trainer.core.errors import UserError
from trainer.core.retrieval.clustering import METHODS

TEXT_KEYS = (
    "map", "map_colour", "map_by_type", "map_by_class", "map_by_split", "map_by_hits", "map_by_class_hits",
    "map_by_difference", "map_by_density", "map_by_kmeans", "map_by_hdbscan", "map_n_clusters", "map_min_cluster",
    "map_no_cluster", "map_clustering", "map_purity", "map_purity_hint", "map_rand", "map_rand_hint", "map_nmi",
    "map_nmi_hint", "map_agreement_type", "map_agreement_class", "map_agreement_n", "map_no_split",
    "map_sparse", "map_dense",
    "map_search", "map_no_match", "map_rotate", "map_pan", "map_rectangle", "map_lasso", "map_images", "map_zoom_in",
    "map_zoom_out", "map_reset", "map_show_all", "map_compare_with", "map_compare_none", "map_clear", "map_save",
    "map_export_csv", "map_export_list", "map_export_page", "map_all", "map_none", "map_query", "map_play",
    "map_pause", "map_timeline", "map_counting", "map_note", "map_keys", "map_keys_are", "map_figures",
    "map_trustworthiness_hint", "map_preservation_hint", "map_failed", "map_foreign_selection", "map_not_linked",
    "map_two_fingers", "unknown_class", "list_comma",
)  # fmt: skip
# Texts with placeholders, which the browser fills in.
TEXT_PLACEHOLDERS = {
    "map_showing": ("shown", "n"),
    "map_selected": ("n",),
    "map_selected_hidden": ("n", "hidden"),
}
# Gradio offers an event to Python if its name appears in quotes here.
OPEN = """
// Events: 'select_image', 'select_points', 'checkpoint_changed', 'compare_with', 'clear_selection'.
const url = new URL('ENTRY', document.baseURI);
import(url.href).then(map => map.openInApp(element, SETUP, props, trigger, watch));
"""


EPOCH = re.compile(r"epoch (\d+)")  # the name that trainer.training.outputs.saved_epochs gives


@dataclass(frozen=True)
class QualityScore:
    """A quality score of a projection: its formatted value, its short name, and a sentence that explains it."""

    value: str
    name: str
    hint: str


def prefetch() -> str:
    """For the head of the page: the browser fetches all modules before the Map tab is opened."""
    return str(render("module_preload.html.j2", urls=preload_urls()))


def map_component(context: Context, **options) -> gr.HTML:
    # Not a property of the component: Gradio 6.31 loses those if an event outputs to it before its tab is opened.
    setup = json.dumps(map_setup(context, context.library.maps.get()))
    return gr.HTML(
        map_value([context.library.best]),
        html_template='<div class="point-map"></div>',
        js_on_load=OPEN.replace("ENTRY", entry_url()).replace("SETUP", setup),
        apply_default_css=False,
        **options,
    )


def map_setup(context: Context, projection_set: ProjectionSet) -> dict[str, Any]:
    """What the map needs once: the initial projections, the URLs of labels and images, styles of types, and texts."""
    styles = style_of(context.library.gallery.type_order)
    texts = {key: context.t(key) for key in TEXT_KEYS}
    for key, names in TEXT_PLACEHOLDERS.items():
        texts[key] = context.t(key, **{name: f"{{{name}}}" for name in names})
    return {
        "labels": f"map/files/{projection_set.files.labels}",
        **set_description(context, projection_set),
        "clusterings": list(METHODS),
        "timeline": timeline(context.library),
        "thumbnails": f"map/thumbnails/{context.library.gallery.fingerprint}",
        "types": [{"name": context.t.object_type(name), **style._asdict()} for name, style in styles.items()],
        "words": texts,
    }


def set_description(context: Context, projection_set: ProjectionSet) -> dict[str, Any]:
    """The id of a projection set; for each checkpoint the URLs of its files and clusters, and its quality scores."""
    files = projection_set.files
    return {
        "projection_set": projection_set.id,
        "maps": [
            {
                "name": name,
                "points": f"map/files/{files.points(name)}",
                "hits": f"map/files/{files.hits(name)}",
                "clusters": f"map/clusters/{number}",
                "quality": [asdict(score) for score in quality_scores(projection_set, name, context.t)],
            }
            for number, name in enumerate(context.library.names)
        ],
    }


def timeline(library: Library) -> list[str]:
    """The checkpoints in the order of the slider: by epoch if all are epochs of a training.

    Else those without training first, each group by its score on this gallery: GUIE mP@5, or study mP@5 without it.
    """
    epochs = [match and int(match[1]) for match in map(EPOCH.fullmatch, library.names)]
    if None not in epochs:
        return [name for _, name in sorted(zip(epochs, library.names, strict=True))]

    def key(name: str) -> tuple[bool, float]:
        served = library.checkpoints[name]
        scores = [served.precomputed.evaluation[metric] for metric in ("guie_mp5", "study_mp5")]
        return served.checkpoint.parameters > 0, next((score for score in scores if score is not None), 0)

    return sorted(library.names, key=key)


def quality_scores(projection_set: ProjectionSet, checkpoint: str, t: Translator) -> list[QualityScore]:
    """Two scores of a projection; empty if the gallery is too small to have any."""
    quality = projection_set.quality[checkpoint]
    if quality is None:
        return []
    return [
        QualityScore(f"{quality.trustworthiness:.3f}", t("map_trustworthiness"), t("map_trustworthiness_hint")),
        QualityScore(
            f"{100 * quality.neighbourhood_preservation:.0f} %", t("map_preservation"), t("map_preservation_hint")
        ),
    ]


def map_value(
    checkpoints: list[str],
    query: dict[str, list[float]] | None = None,
    focus: dict[str, Any] | None = None,
    projections: dict[str, Any] | None = None,
    link: dict[str, Any] | None = None,
) -> str:
    """`checkpoints`: one or two; `query`: `query_coordinates`; `focus`: `neighbour_lines`.

    `projections`: `set_description`, or None for those of the setup. `link`: a `Link` that was opened.
    """
    return json.dumps({"shown": checkpoints, "query": query, "focus": focus, "maps": projections, "link": link})


def query_coordinates(
    library: Library, query: Query | None, required: list[str], projection_set: ProjectionSet
) -> dict[str, list[float]] | None:
    """The query's coordinates by checkpoint; None without a query.

    A checkpoint that cannot embed the query is left out, for instance if the weights of its backbone are unavailable.
    Raises UserError if it is one of the `required`.
    """
    if query is None:
        return None
    coordinates = {}
    for name in library.names:
        try:
            embedding = library.checkpoint(name).embed(query)
        except UserError:
            if name in required:
                raise
            continue
        coordinates[name] = np.round(projection_set.place(embedding, name, query.row), 5).tolist()
    return coordinates


def neighbour_lines(row: int | None, answers: dict[str, Answer]) -> dict[str, Any]:
    """Lines from an image of the gallery, or from the query (`row` None), to its neighbours by checkpoint."""
    return {
        "row": -1 if row is None else row,
        "neighbours": {name: answer.rows.tolist() for name, answer in answers.items()},
    }
