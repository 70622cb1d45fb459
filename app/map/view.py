"""What a visitor sees on the map, as the page sends it with an export.

view = MapView.read(library, body)
view.rows                            # the selected images, or all visible ones if none is selected
"""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat, ValidationError

from app.library.library import Library
from app.library.projection_sets import ProjectionSet
from app.map.selection import selected_rows
from trainer.core.errors import UserError

BAD_VIEW = "That is not a view of this map; reload the page and try again."

# The centre, the extent of the shorter side in map units (0: the whole map), and two angles of a 3-D projection.
Viewport = (
    tuple[FiniteFloat, FiniteFloat, FiniteFloat]
    | tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
)


class Focus(BaseModel):
    """The selected image, or the query (row -1), and its neighbours on each map."""

    row: int
    neighbours: dict[str, list[int]]


class ViewState(BaseModel):
    """`describeView` in web/view_state.js. `visible`, `selected`: masks of rows, see `selected_rows`."""

    shown: list[str] = Field(min_length=1)
    projection_set: str
    views: list[Viewport]
    mode: str
    numbers: dict[str, int] = {}
    hidden: dict[str, list[int]]
    visible: str
    selected: str
    query: dict[str, list[FiniteFloat]] | None
    focus: Focus | None


@dataclass(frozen=True)
class MapView:
    """The checkpoints shown, the visible and the selected rows, and the state to restore them in a saved page."""

    shown: list[str]
    visible: np.ndarray
    selected: np.ndarray
    projection_set: ProjectionSet
    state: ViewState

    @classmethod
    def read(cls, library: Library, body: bytes) -> "MapView":
        """Raises UserError for anything that the page would not send."""
        try:
            state = ViewState.model_validate_json(body)
        except ValidationError:
            raise UserError(BAD_VIEW, key="foreign_view") from None
        projection_set = library.maps.by_id(state.projection_set)
        if projection_set is None:
            raise UserError(BAD_VIEW, key="foreign_view")
        for name in state.shown:
            library.checkpoint(name)
        n = len(library.gallery)
        selected = selected_rows(state.selected, n) if state.selected else np.empty(0, np.int64)
        return cls(state.shown, selected_rows(state.visible, n), selected, projection_set, state)

    @property
    def rows(self) -> np.ndarray:
        """What an export contains: the selection, or all visible rows if there is none."""
        return self.selected if len(self.selected) else self.visible
