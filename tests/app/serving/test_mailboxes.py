"""Messages that nobody fetches are forgotten, and nobody waits for messages that cannot come."""

import asyncio

import pytest

from app.serving import mailboxes
from app.serving.mailboxes import Mailboxes


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(mailboxes.time, "monotonic", lambda: now[0])
    return now


def filled(pending, *sessions):
    boxes = Mailboxes(pending)
    for session in sessions:
        boxes[session] = asyncio.Queue()
        boxes[session].put_nowait("answer")
    return boxes


def test_unread_messages_are_forgotten(clock):
    boxes = filled({}, "old", "busy", "new")
    clock[0] = mailboxes.KEEP_S + 1.0
    boxes["new"].put_nowait("another")
    assert boxes.forget_unread({"busy"}) == ["old"]
    assert sorted(dict.keys(boxes)) == ["busy", "new"]
    assert boxes.forget_unread({"busy"}) == []


def test_a_call_has_one_answer_and_a_page_has_many():
    waits, done = "a" * 32, "b" * 32
    boxes = filled({waits: {waits}, done: set(), "page": set()}, waits, done, "page")
    assert done in boxes  # its answer has not been read
    for session in (waits, done, "page"):
        boxes[session].get_nowait()
    assert waits in boxes
    assert "page" in boxes
    assert done not in boxes
    assert "unknown" not in boxes
