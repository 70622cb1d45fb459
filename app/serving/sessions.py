"""The sessions of visitors, with little time and memory for each.

use_light_sessions(demo)        # after launch, before the first request
"""

from copy import copy
from functools import cached_property

import gradio as gr
from gradio import Blocks
from gradio.state_holder import SessionState, StateHolder

from app.serving.event_queue import bad_request, is_session
from app.serving.requests import mark_refused

MAX_SESSIONS = 2_000  # the oldest ones are forgotten; a page then behaves as if it was just opened


class LightSessions(StateHolder):
    """Gradio stores the configuration of each component in each session, for deep links: 0.4 MB and 20 ms here.

    This page has links of its own, see `app/address.py`. The configuration of a component is stored when it changes.
    """

    def __getitem__(self, session_id: str) -> SessionState:
        if not is_session(session_id):
            mark_refused()
            raise gr.Error(str(bad_request()), print_exception=False)
        if session_id not in self.session_data:
            self.session_data[session_id] = self._new_session()
        return super().__getitem__(session_id)

    @cached_property
    def _first(self) -> SessionState:
        """A session that nobody uses."""
        return SessionState(self.blocks)

    def _new_session(self) -> SessionState:
        session = SessionState.__new__(SessionState)
        vars(session).update({name: copy(value) for name, value in vars(self._first).items()})
        session.config_values = {}
        return session


def use_light_sessions(demo: Blocks) -> None:
    demo.state_session_capacity = MAX_SESSIONS
    demo.app.state_holder = LightSessions()
    demo.app.state_holder.set_blocks(demo)
