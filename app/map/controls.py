"""The projection controls below the map: choose a projection and its parameters, and compute it for all checkpoints."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency
from markupsafe import Markup

from app.components.events import HEAVY, QUIET
from app.components.templating import render
from app.context import Context
from app.errors import show_user_errors
from app.map.jobs import Job, Jobs
from app.translator import Translator
from trainer.core.progress import Item, Progress, silent
from trainer.core.projection.fit_parameters import N_NEIGHBORS_RANGE
from trainer.core.projection.parameters import ProjectionParameters
from trainer.core.projection.registry import PROJECTIONS

# parameter -> key of its label; the key of its hint ends in "_hint"
TEXT_KEYS = {
    "n_neighbors": "n_neighbors",
    "min_dist": "min_dist",
    "metric": "map_metric",
    "seed": "seed",
    "engine": "engine",
}


@show_user_errors
def compute_projections(
    context: Context, values: Mapping[str, Any], progress: Progress = silent
) -> tuple[ProjectionParameters, Markup]:
    """Compute the projections of all checkpoints with these fields of ProjectionParameters, unless they exist."""
    parameters = ProjectionParameters(**values)
    context.library.maps.get(parameters, progress)
    return parameters, parameters_note(context.t, parameters)


def parameters_note(t: Translator, parameters: ProjectionParameters) -> Markup:
    """A line with the projection that is shown and the parameters that it uses."""
    descriptions = [parameters.method.title]
    names = {**_metric_names(t), **_engine_names(t)}
    for name in parameters.method.parameters:
        value = getattr(parameters, name)
        descriptions.append(f"{t(TEXT_KEYS[name])} {names.get(value, value)}")
    text = t("map_shown_parameters", what=t("list_comma").join(descriptions))
    return render("parameters_note.html.j2", text=text)


@dataclass(frozen=True)
class ProjectionControls:
    """`computed`: the event after which the parameters have new values. `components`: those of `control_values`."""

    computed: Dependency
    components: list[Component]


def control_values(t: Translator, parameters: ProjectionParameters) -> list[Any]:
    """What the controls show for these parameters."""
    return [getattr(parameters, name) for name in ("projection", *TEXT_KEYS)] + [parameters_note(t, parameters)]


def projection_controls(context: Context, projection_parameters: gr.State) -> ProjectionControls:
    """Layout and wiring."""
    t, default = context.t, ProjectionParameters()
    with gr.Accordion(t("map_parameters"), open=False, elem_id="map-making"):
        projection = gr.Radio(
            _choices({name: method.title for name, method in PROJECTIONS.items()}),
            value=default.projection,
            label=t("projection"),
            info=t("projection_hint"),
        )
        controls = _parameter_controls(t, default)
        with gr.Row():
            button = gr.Button(t("map_compute"), size="sm", variant="primary", elem_id="map-compute")
            cancel = gr.Button(t("map_cancel"), size="sm", visible=False, elem_id="map-cancel")
        note = gr.HTML(parameters_note(t, default), apply_default_css=False, elem_id="map-made")
    inputs: dict[str, Component] = {"projection": projection, **controls}

    def disable_unused(name: str) -> list[dict[str, Any]]:
        return [gr.update(interactive=parameter in PROJECTIONS[name].parameters) for parameter in controls]

    jobs = Jobs()

    # Gradio finds `request` and `progress` only among the parameters before `*values`.
    def compute(request: gr.Request, progress=gr.Progress(), *values):
        named_values = dict(zip(inputs, values, strict=True))
        with jobs.start(str(request.session_hash)) as job:
            return compute_projections(context, named_values, partial(_translated_progress, progress, t, job))

    def cancel_job(request: gr.Request):
        jobs.cancel(str(request.session_hash))
        return gr.update(visible=False)

    projection.change(
        disable_unused, projection, list(controls.values()), show_progress="hidden", api_visibility="private"
    )
    # Before the computation: Gradio sends the events of one click one after another, each when the last has ended.
    button.click(lambda: gr.update(visible=True), None, cancel, **QUIET)
    computed = button.click(
        compute,
        list(inputs.values()),
        [projection_parameters, note],
        show_progress_on=note,
        api_visibility="private",
        **HEAVY,
    )
    for ended in (computed.success, computed.failure):
        ended(lambda: gr.update(visible=False), None, cancel, **QUIET)
    cancel.click(cancel_job, None, cancel, cancels=[computed], **QUIET)
    return ProjectionControls(computed, [*inputs.values(), note])


def _parameter_controls(t: Translator, default: ProjectionParameters) -> dict[str, Component]:
    """One control for each parameter of TEXT_KEYS, by the parameter's name."""

    def options(name: str) -> dict[str, Any]:
        key = TEXT_KEYS[name]
        return {"value": getattr(default, name), "label": t(key), "info": t(f"{key}_hint")}

    with gr.Row():
        n_neighbors = gr.Slider(*N_NEIGHBORS_RANGE, step=1, **options("n_neighbors"))
        min_dist = gr.Slider(0, 1, step=0.05, **options("min_dist"))
    with gr.Row():
        metric = gr.Radio(_choices(_metric_names(t)), **options("metric"))
        seed = gr.Number(**options("seed"))
    engine = gr.Radio(_choices(_engine_names(t)), **options("engine"))
    return {"n_neighbors": n_neighbors, "min_dist": min_dist, "metric": metric, "seed": seed, "engine": engine}


def _metric_names(t: Translator) -> dict[object, str]:
    return {"cosine": t("cosine"), "euclidean": t("euclidean")}


def _engine_names(t: Translator) -> dict[object, str]:
    return {"parallel": t("engine_parallel"), "umap-learn": "umap-learn"}


def _choices(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    """(label, value) pairs for Gradio."""
    return [(label, value) for value, label in names.items()]


def _translated_progress(
    progress: gr.Progress,
    t: Translator,
    job: Job,
    items: Iterable[Item],
    *,
    total: int | None = None,
    desc: str = "",
    unit: str = "",
) -> Iterator[Item]:
    """Progress on the page, in the page's language."""
    for number, item in enumerate(job.checked(items)):
        progress((number, total), desc=t("map_progress"), unit=t("map_progress"))
        yield item
