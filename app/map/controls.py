"""How the map was made: the parameters of the projection, each with a line that explains it, and another one made."""

from collections.abc import Iterable, Iterator
from functools import partial
from html import escape
from typing import Any

import gradio as gr
from gradio.events import Dependency

from app.context import Context
from app.errors import show_user_errors
from app.translator import Translator
from trainer.core.progress import Item, Progress, silent
from trainer.core.projection.parameters import ENGINES, N_NEIGHBORS_RANGE, ProjectionParameters
from trainer.core.projection.registry import PROJECTIONS

LABELS = {
    "n_neighbors": "n_neighbors",
    "min_dist": "min_dist",
    "metric": "map_metric",
    "seed": "seed",
    "engine": "engine",
}


@show_user_errors
def make(
    context: Context, projection: str, n_neighbors: float, min_dist: float, metric: str, seed: float,
    engine: str = ENGINES[0], progress: Progress = silent,
) -> tuple[ProjectionParameters, str]:  # fmt: skip
    """The maps of all checkpoints by these parameters; they are kept, so that the same come back at once."""
    parameters = ProjectionParameters(projection, n_neighbors, min_dist, metric, seed, engine)  # type: ignore[arg-type]
    context.library.maps.get(parameters, progress)
    return parameters, made_note(context.t, parameters)


def made_note(t: Translator, parameters: ProjectionParameters) -> str:
    """One line that says which map is shown, with the parameters that count for it."""
    words = [parameters.method.title]
    names = {**_metrics(t), **_engines(t)}
    for name in parameters.method.parameters:
        value = getattr(parameters, name)
        words.append(f"{t(LABELS[name])} {names.get(value, value)}")
    return f"<p class='quiet' role='status'>{escape(t('map_made_of', what=t('list_comma').join(words)))}</p>"


def _projections() -> dict[str, str]:
    return {name: projection.title for name, projection in PROJECTIONS.items()}


def _metrics(t: Translator) -> dict[str, str]:
    return {"cosine": t("cosine"), "euclidean": t("euclidean")}


def _engines(t: Translator) -> dict[str, str]:
    return {"parallel": t("engine_parallel"), "umap-learn": "umap-learn"}


def _choices(names: dict[str, str]) -> list[tuple[str, str]]:
    return [(shown, value) for value, shown in names.items()]


def making(context: Context, made: gr.State) -> Dependency:
    """Layout and wiring; the event is that of new parameters in `made`."""
    given = ProjectionParameters()
    with gr.Accordion(context.t("map_made"), open=False, elem_id="map-making"):
        projection = gr.Radio(
            _choices(_projections()),
            value=given.projection,
            label=context.t("projection"),
            info=context.t("projection_hint"),
        )
        with gr.Row():
            neighbours = gr.Slider(
                *N_NEIGHBORS_RANGE,
                value=given.n_neighbors,
                step=1,
                label=context.t("n_neighbors"),
                info=context.t("n_neighbors_hint"),
            )
            min_dist = gr.Slider(
                0, 1, value=given.min_dist, step=0.05, label=context.t("min_dist"), info=context.t("min_dist_hint")
            )
        with gr.Row():
            metric = gr.Radio(
                _choices(_metrics(context.t)), value=given.metric, label=context.t("map_metric"),
                info=context.t("map_metric_hint"),
            )  # fmt: skip
            seed = gr.Number(given.seed, label=context.t("seed"), info=context.t("seed_hint"))
        engine = gr.Radio(
            _choices(_engines(context.t)), value=given.engine, label=context.t("engine"), info=context.t("engine_hint")
        )
        button = gr.Button(context.t("map_make"), size="sm", variant="primary")
        note = gr.HTML(made_note(context.t, given), apply_default_css=False, elem_id="map-made")

    def used(projection: str) -> list[dict[str, Any]]:
        names = PROJECTIONS[projection].parameters if projection in PROJECTIONS else ()
        return [gr.update(interactive=name in names) for name in LABELS]

    def press(projection, n_neighbors, min_dist, metric, seed, engine, progress=gr.Progress()):
        bar = partial(_bar, progress, context.t)
        return make(context, projection, n_neighbors, min_dist, metric, seed, engine, bar)

    chosen = [projection, neighbours, min_dist, metric, seed, engine]
    projection.change(used, projection, chosen[1:], show_progress="hidden", api_visibility="private")
    return button.click(press, chosen, [made, note], show_progress_on=note, api_visibility="private")


def _bar(
    progress: gr.Progress,
    t: Translator,
    items: Iterable[Item],
    *,
    total: int | None = None,
    desc: str = "",
    unit: str = "",
) -> Iterator[Item]:
    """Progress on the page, in the page's language."""
    for number, item in enumerate(items):
        progress((number, total), desc=t("map_making"), unit=t("map_making"))
        yield item
