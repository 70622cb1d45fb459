"""The messages that wait for a visitor: those that nobody fetches are forgotten.

Gradio keeps the answers of a session until its client reads them, and lets a client wait for answers that cannot come.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

from gradio.utils import LRUCache

MAX_SESSIONS = 2_000
_CALL = re.compile(r"[0-9a-f]{32}")  # the session of `/call/search`, which has the name of its only event
KEEP_S = 300  # a client that listens looks for messages every ten seconds


class Mailboxes(LRUCache):
    """Session -> its messages, as `Queue.pending_messages_per_session` of Gradio 6.

    `pending`: session -> ids of the events whose answers have not been read.
    """

    def __init__(self, pending: Mapping[str, set[str]]) -> None:
        super().__init__(MAX_SESSIONS)
        self._pending = pending
        self._used: dict[str, float] = {}  # when a message was written or read

    def __contains__(self, session: object) -> bool:
        """Whether a message waits or can still arrive. A call of `/call/search` has one answer; a page has many."""
        messages = self.get(session)
        if messages is None or not _CALL.fullmatch(str(session)):
            return messages is not None
        return not messages.empty() or bool(self._pending.get(str(session)))

    def __getitem__(self, session: str) -> Any:
        self._used[session] = time.monotonic()
        return super().__getitem__(session)

    def __setitem__(self, session: str, messages: Any) -> None:
        self._used[session] = time.monotonic()
        super().__setitem__(session, messages)

    def forget_unread(self, busy: set[str]) -> list[str]:
        """Forget the messages that nobody has read for KEEP_S; not those of `busy` sessions. Returns the sessions."""
        before = time.monotonic() - KEEP_S
        old = [session for session, used in self._used.items() if used < before and session not in busy]
        for session in old:
            self._used.pop(session)
            self.pop(session, None)
        return old
