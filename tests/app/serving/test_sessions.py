"""Sessions that share nothing, and cost little."""

import gradio as gr
import pytest

from app.serving.sessions import LightSessions


@pytest.fixture
def sessions():
    with gr.Blocks() as demo:
        gr.Textbox("first")
        gr.State([])
    sessions = LightSessions()
    sessions.set_blocks(demo)
    return sessions


def test_no_session_sees_the_state_of_another(sessions):
    text, state = [number for number, one in sessions.blocks.blocks.items() if isinstance(one, gr.Textbox | gr.State)]
    for name in ("a", "b"):
        sessions[name][state] = [name]
    sessions["a"][text] = gr.Textbox("changed", render=False)
    assert (sessions["a"][state], sessions["b"][state], sessions["c"][state]) == (["a"], ["b"], [])
    assert (sessions["a"][text].value, sessions["b"][text].value) == ("changed", "first")
    assert sessions["a"] is sessions["a"]


def test_components_are_described_once_and_not_for_each_session(sessions, monkeypatch):
    sessions["a"]
    monkeypatch.setattr(gr.Textbox, "get_config", lambda *_: pytest.fail("described again"))
    assert sessions["b"].config_values == {}


def test_a_name_that_no_page_sends_is_refused(sessions):
    for name in ("a b", "x" * 65, "", "../x"):
        with pytest.raises(gr.Error, match="cannot be used"):
            sessions[name]
    assert not sessions.session_data
