"""The order of things when the app starts."""

import os

from app import startup


def test_the_process_is_configured_before_the_library_opens(monkeypatch):
    calls = []
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "x")
    monkeypatch.delenv("GRADIO_ANALYTICS_ENABLED")
    monkeypatch.setattr(startup, "configure_process", lambda server: calls.append("process"))
    monkeypatch.setattr("app.library.library.open_library", lambda *given: calls.append(given) or "library")
    monkeypatch.setattr("app.page.build_page", lambda *given: calls.append(given) or "demo")
    page = startup.start(["--gallery", "photos/", "--lang", "zh-TW"])
    assert calls == ["process", ("photos/", ()), ("library", "zh-TW")]
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"  # no request leaves the page
    assert (page.demo, page.library, page.settings.lang) == ("demo", "library", "zh-TW")
