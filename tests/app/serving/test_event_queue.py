"""Which events the queue takes, and in which order they run. The queue is Gradio's, without a server."""

import asyncio
from types import SimpleNamespace

import gradio as gr
import pytest

from app.components.events import HEAVY
from app.serving import event_queue, mailboxes
from app.serving.blocks import AtlasBlocks


@pytest.fixture
def queue():
    with AtlasBlocks("en") as demo:
        button, text = gr.Button(), gr.Textbox()
        button.click(lambda: "", None, text)
        button.click(lambda: "", None, text, **HEAVY)
    demo._queue.numbers = list(demo.fns)
    return demo._queue


def push(queue, session, heavy=False):
    """(True, id of the event, "success"), or (False, a sentence, "queue_full")."""
    body = SimpleNamespace(
        fn_index=queue.numbers[heavy], session_hash=session, request=None, event_id=None, batched=False
    )
    return asyncio.run(queue.push(body, None, None))


def waiting(queue):
    return [event.session_hash for one in queue.event_queue_per_concurrency_id.values() for event in one.queue]


def test_visitors_take_turns(queue):
    for session in ("a", "a", "a", "b", "c", "b"):
        assert push(queue, session)[0]
    assert waiting(queue) == ["a", "b", "c", "a", "b", "a"]


def test_one_visitor_by_arrival(queue):
    ids = [push(queue, "a")[1] for _ in range(5)]
    (events,) = [one.queue for one in queue.event_queue_per_concurrency_id.values()]
    assert [event._id for event in events] == ids


def test_the_queue_is_bounded_for_each_visitor(queue, monkeypatch):
    monkeypatch.setattr(event_queue, "MAX_WAITING_PER_VISITOR", 3)
    assert [push(queue, "a")[0] for _ in range(5)] == [True, True, True, False, False]
    assert push(queue, "a")[1:] == ("3 of your requests are waiting; wait until they are answered.", "queue_full")
    assert push(queue, "b")[0]


def test_the_queue_is_bounded_for_all(queue, monkeypatch):
    monkeypatch.setattr(event_queue, "MAX_WAITING", 3)
    assert [push(queue, session)[0] for session in "abcd"] == [True, True, True, False]
    assert push(queue, "e")[1:] == ("Many visitors are waiting; try again in a minute.", "queue_full")


def test_one_heavy_job_for_a_visitor(queue):
    assert push(queue, "a", heavy=True)[0]
    assert push(queue, "a", heavy=True)[1:] == (
        "Your last map is still being made; wait for it or cancel it.", "queue_full",
    )  # fmt: skip
    assert push(queue, "a")[0]
    assert push(queue, "b", heavy=True)[0]


@pytest.mark.parametrize("session", ["", "a\ud800", "x" * 65, "a b", "../x", 5, ["a"]])
def test_a_session_has_a_short_plain_name(queue, session):
    """pandas cannot store "\\ud800", so that Gradio failed at every later event of every visitor."""
    assert push(queue, session)[::2] == (False, "error")


@pytest.mark.parametrize("number", [-1, 10**9, None, "0", 1.5])
def test_an_unknown_function_is_refused(queue, number):
    body = SimpleNamespace(fn_index=number, session_hash="a", request=None, event_id=None, batched=False)
    assert asyncio.run(queue.push(body, None, None))[::2] == (False, "error")


def test_nothing_is_summed_up(queue):
    assert queue.compute_analytics_summary([{"session_hash": "a\ud800"}]) == {}


def test_answers_that_nobody_fetches_are_forgotten(queue, monkeypatch):
    """With the ids of their events; another visitor's stay."""
    push(queue, "gone")
    push(queue, "here")
    for one in queue.event_queue_per_concurrency_id.values():
        one.queue.clear()  # both are answered
    monkeypatch.setattr(event_queue, "SWEEP_S", -1)
    monkeypatch.setattr(mailboxes, "KEEP_S", -1)
    push(queue, "next")
    assert list(queue.pending_event_ids_session) == ["next"]
    assert {event.session_hash for event in queue.event_ids_to_events.values()} == {"next"}
