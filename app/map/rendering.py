"""What the Map tab shows: the value of the map component, and the selected image with its neighbours.

state = MapState("atlas", "", ProjectionParameters(), query, selected_image)
render_map(context, state).rendered == state.key
"""

from dataclasses import asdict, dataclass
from typing import NamedTuple

from markupsafe import Markup

from app.components import cards
from app.components.templating import render
from app.context import Context
from app.library.library import Answer, Query
from app.library.projection_sets import ProjectionSet
from app.map.component import map_value, neighbour_lines, query_coordinates, set_description
from app.map.distortion import is_far
from trainer.core.projection.parameters import ProjectionParameters

DEFAULT_K = 5


@dataclass(frozen=True)
class Link:
    """`selection`: how to make the selection on the map, see `web/data/selection_steps.js`; "" for none.

    `number`: how many links this page has opened; the map makes the selection once for each.
    """

    number: int = 0
    selection: str = ""


@dataclass(frozen=True)
class RenderKey:
    """Everything that the output of the tab depends on; equal keys have equal output.

    `query_id` and `selected_id`: `Query.id` of the query and of the selected image.
    """

    checkpoint: str
    compare_with: str
    projection_parameters: ProjectionParameters
    query_id: float | None
    query_label: str
    selected_id: float | None
    k: int
    link_number: int


@dataclass(frozen=True)
class MapState:
    """The inputs of the tab. `compare_with`: a second checkpoint, or "" for none.

    `selected_image`: the image whose neighbours are shown, one of the gallery or the query. `k`: how many neighbours.
    """

    checkpoint: str
    compare_with: str
    projection_parameters: ProjectionParameters
    query: Query | None = None
    selected_image: Query | None = None
    k: int = DEFAULT_K
    link: Link = Link()

    @property
    def checkpoints(self) -> list[str]:
        if self.compare_with and self.compare_with != self.checkpoint:
            return [self.checkpoint, self.compare_with]
        return [self.checkpoint]

    @property
    def key(self) -> RenderKey:
        query_id, selected_id = (image.id if image else None for image in (self.query, self.selected_image))
        return RenderKey(
            self.checkpoint,
            self.compare_with,
            self.projection_parameters,
            query_id,
            self.query.label if self.query else "",
            selected_id,
            self.k,
            self.link.number,
        )


class MapUpdate(NamedTuple):
    """The outputs of the tab in the order of its components."""

    selected_image: Query | None
    map_value: str
    detail: Markup
    rendered: RenderKey


def render_map(context: Context, state: MapState) -> MapUpdate:
    """Raises UserError for an unknown checkpoint, or if a checkpoint that is shown cannot embed the query."""
    library, selected_image = context.library, state.selected_image
    for name in state.checkpoints:
        library.checkpoint(name)
    projection_set = library.maps.get(state.projection_parameters)
    in_setup = projection_set is library.maps.get()  # the browser knows the default set
    coordinates = query_coordinates(library, state.query, state.checkpoints, projection_set)
    if selected_image is None:
        focus, detail = None, empty_detail(context)
    else:
        answers = {name: library.answer(selected_image, name, state.k) for name in state.checkpoints}
        focus, detail = (
            neighbour_lines(selected_image.row, answers),
            _detail(context, selected_image, selected_image is state.query, answers, projection_set),
        )
    projections = None if in_setup else set_description(context, projection_set)
    link = asdict(state.link) if state.link.number else None
    value = map_value(state.checkpoints, coordinates, focus, projections, link)
    return MapUpdate(selected_image, value, detail, state.key)


def empty_detail(context: Context) -> Markup:
    """The hint that is shown while no image is selected."""
    return Markup(cards.empty(context.t("neighbours"), context.t("map_hint")))


def _detail(
    context: Context,
    selected_image: Query,
    is_query: bool,
    answers: dict[str, Answer],
    projection_set: ProjectionSet,
) -> Markup:
    """The selected image and its nearest neighbours by each checkpoint, with a note where the map is wrong about it."""
    library, caption = context.library, "query" if is_query else "selected"
    far = {name for name, one in answers.items() if is_far(library, projection_set, name, selected_image, one.rows)}
    return render(
        "selected_image.html.j2",
        image=Markup(cards.query_card(context, selected_image, caption)),
        neighbours=[
            {
                "title": context.t("nearest_on", checkpoint=name),
                "note": context.t("map_far") if name in far else "",
                "cards": Markup(cards.neighbours(context, selected_image, answer)),
            }
            for name, answer in answers.items()
        ],
    )
