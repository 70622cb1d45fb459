"""The queue of events: bounded, also for each visitor, and fair: visitors take turns."""

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from gradio.block_function import BlockFunction
from gradio.queueing import Queue

from app.components.events import HEAVY
from app.serving.mailboxes import Mailboxes
from app.translator import Translator
from trainer.core.errors import UserError

MAX_WAITING = 500  # events of all visitors together
MAX_WAITING_PER_VISITOR = 40
SWEEP_S = 30
HEAVY_ID = HEAVY["concurrency_id"]


def bad_request() -> UserError:
    return UserError("The page sent something that cannot be used; reload the page and try again.", key="bad_request")


def is_session(value: object) -> bool:
    """Whether a value may be the name of a session; None lets Gradio choose one."""
    return value is None or (isinstance(value, str) and re.fullmatch(r"[\w-]{1,64}", value, re.ASCII) is not None)


class EventQueue(Queue):
    """Gradio's queue, except for which events it takes and in which order they run.

    It overrides `push`, `broadcast_estimations` and `compute_analytics_summary` of Gradio 6. A visitor is a session of
    Gradio: a tab of a browser, or a client of the HTTP interface.
    """

    def __init__(self, queue: Queue, translator: Callable[[BlockFunction], Translator]) -> None:
        """With the settings of another queue, which has not been started."""
        super().__init__(
            queue.live_updates,
            queue.max_thread_count,
            queue.update_intervals,
            None,
            queue.blocks,
            queue.default_concurrency_limit,
        )
        self._translator = translator
        self._swept = time.monotonic()
        self._mailboxes = self.pending_messages_per_session = Mailboxes(self.pending_event_ids_session)

    async def push(self, body: Any, request: Any, username: str | None) -> Any:
        """Refuses an event in one sentence if too many wait, or if no page can have sent it."""
        function = self.blocks.fns.get(body.fn_index)
        if function is None or function.fn is None or body.batched or not is_session(body.session_hash):
            return False, str(bad_request()), "error"
        self._forget_unread()
        if problem := self._refusal(function, body.session_hash):
            return False, self._translator(function).error(problem), "queue_full"
        return await super().push(body, request, username)

    def _forget_unread(self) -> None:
        """Answers that nobody fetches would stay for ever."""
        if time.monotonic() - self._swept < SWEEP_S:
            return
        self._swept = time.monotonic()
        waiting = [event for one in self.event_queue_per_concurrency_id.values() for event in one.queue]
        active = [event for job in self.active_jobs for event in job or ()]
        for session in self._mailboxes.forget_unread({event.session_hash for event in [*waiting, *active]}):
            for event in self.pending_event_ids_session.pop(session, ()):
                self.event_ids_to_events.pop(event, None)

    def compute_analytics_summary(self, records: Any) -> dict[str, Any]:
        """Nothing: the page that would show it is closed."""
        return {}

    def broadcast_estimations(self, concurrency_id: str, after: int | None = None) -> None:
        """Put the events in their order and tell all visitors their place."""
        waiting = self.event_queue_per_concurrency_id[concurrency_id].queue
        turns: Counter[str] = Counter()
        order = {}
        for event in waiting:
            order[event._id] = turns[event.session_hash]
            turns[event.session_hash] += 1
        waiting.sort(key=lambda event: order[event._id])  # stable: in one turn by arrival
        super().broadcast_estimations(concurrency_id)

    def _refusal(self, function: BlockFunction, session: str | None) -> UserError | None:
        if len(self) >= MAX_WAITING:
            return UserError("Many visitors are waiting; try again in a minute.", key="queue_full")
        events = self.event_ids_to_events
        waiting = [events[one] for one in self.pending_event_ids_session.get(session or "", ()) if one in events]
        if len(waiting) >= MAX_WAITING_PER_VISITOR:
            return UserError(
                f"{len(waiting)} of your requests are waiting; wait until they are answered.",
                key="too_many_requests",
                n=len(waiting),
            )
        if function.concurrency_id == HEAVY_ID and any(event.fn.concurrency_id == HEAVY_ID for event in waiting):
            return UserError("Your last map is still being made; wait for it or cancel it.", key="one_heavy_job")
        return None
