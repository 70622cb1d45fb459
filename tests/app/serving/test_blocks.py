"""What strangers send to the events of the page: an answer or one sentence, and a line in the log."""

import json
import random
import re
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.serving.requests import NOT_USABLE, TOO_LARGE
from app.translator import Translator
from tests.serving import Server

API = "gradio_api"
FORGED = [
    None, "text", 5, -1.5, True, [], [1, 2], {}, {"a": 1}, {"row": 10**30}, {"row": "x", "id": [1]},
    {"checkpoint": [1]}, {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, {"page": 10**400},
    {"__type__": "update"},
]  # fmt: skip
INTERNAL = re.compile(r"Traceback|<class|gradio|pydantic|/tmp/|/home|site-packages|object at|errors\.pydantic")


class Client:
    """Sends events as the page does, and whatever else a stranger may send."""

    def __init__(self, server: Server) -> None:
        self.http = httpx.Client(base_url=server.url, timeout=60)
        self.functions = [one for one in self.config()["dependencies"] if one["backend_fn"]]

    def config(self):
        return self.http.get("/config").json()

    def send(self, function: int, data, event=None, session: str | None = None) -> tuple[bool, str]:
        """Whether the event succeeded, and its error."""
        session = session or f"{random.getrandbits(48):x}"
        body = {"data": data, "fn_index": function, "session_hash": session, "event_data": event}
        joined = self.http.post(f"/{API}/queue/join", json=body)
        if joined.status_code != 200:
            return False, str(joined.json()["detail"])
        with self.http.stream("GET", f"/{API}/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("msg") == "process_completed":
                    return message["success"], str((message["output"] or {}).get("error") or "")
        raise AssertionError("no answer")


@pytest.fixture(scope="module")
def client(server):
    return Client(server)


def check(answer: tuple[bool, str]) -> None:
    success, error = answer
    assert success or error
    assert not INTERNAL.search(error), error
    assert len(error.splitlines()) <= 1
    assert len(error) < 400


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_every_event_answers_forged_values_in_one_sentence(client, server, forged):
    """One value for all inputs, and as the payload; of the English page, as the other one has the same handlers."""
    before = len(server.log.read_text())
    half = client.functions[: len(client.functions) // 2]
    for function in half:
        n = len(function["inputs"])
        for data, event in (([forged] * n, None), ([None] * n, forged)):
            check(client.send(function["id"], data, event))
    assert "Traceback" not in server.log.read_text()[before:]


def test_wrong_numbers_of_values_are_refused(client):
    for function in client.functions[:10]:
        for data in ([], [1] * (len(function["inputs"]) + 3)):
            check(client.send(function["id"], data))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["row", "id", "rows", "selection", "checkpoint", "page", "query", "left", "top", "right", "bottom"]
)


@given(payload=st.dictionaries(KEYS, JSON, max_size=5) | JSON, number=st.integers(0, 200))
def test_any_payload_is_answered(client, payload, number):
    with_events = [one for one in client.functions if one["collects_event_data"]]
    function = with_events[number % len(with_events)]
    check(client.send(function["id"], [None] * len(function["inputs"]), payload))


def test_the_language_of_a_sentence_is_that_of_the_page(client):
    """The same event of both pages; its first input is a menu, which a number does not fit."""
    chosen = [one for one in client.functions if len(one["inputs"]) == 7 and one["api_visibility"] == "private"]
    errors = {client.send(one["id"], [5] * 7)[1] for one in (chosen[0], chosen[-1])}
    expected = "The page sent something that cannot be used; reload the page and try again."
    assert errors == {expected, Translator("zh-TW")._locale["errors"]["bad_request"]}


def test_an_endpoint_says_what_it_expects(client):
    search = next(one for one in client.functions if one["api_name"] == "search")
    success, error = client.send(search["id"], [None, "unknown", 5])
    assert not success
    assert error.startswith("Value: unknown")
    assert "atlas" in error


def test_each_request_is_a_line_in_the_log(client, server):
    search = next(one for one in client.functions if one["api_name"] == "search")
    client.send(search["id"], [None, "atlas", 5])
    httpx.get(f"{server.url}/?tab=map")
    httpx.get(f"{server.url}/map/clusters/0/kmeans/x")
    log = server.log.read_text()
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "
    assert re.search(stamp + r"/search \d+\.\d\d s refused \(image_missing\)", log)
    browse = next(one for one in client.functions if len(one["inputs"]) == 7 and one["api_visibility"] == "private")
    client.send(browse["id"], [5] * 7)
    log = server.log.read_text()
    assert re.search(stamp + r"map\.\w+ \d+\.\d\d s refused \(bad_request\)", log)
    assert re.search(stamp + r"GET / \d+\.\d\d s 200", log)
    assert re.search(stamp + r"GET /map/clusters/0/kmeans/x \d+\.\d\d s 404", log)
    assert "?tab=map" not in log


def test_a_path_is_no_line_of_the_log(client, server):
    forged = "2026-01-01 09:00:00 GET /admin 0.00 s 200"
    httpx.get(f"{server.url}/compare/%0a%0d{forged}%1b[31m%e2%80%ae".replace(" ", "%20"))
    httpx.get(f"{server.url}/compare/{'x' * 5000}")
    deadline = time.monotonic() + 10  # the lines are written after the answers are sent
    while "/compare/x" not in server.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    lines = server.log.read_text().splitlines()
    assert forged not in lines
    assert any(f"/compare/\\n\\r{forged}\\x1b[31m\\u202e 0." in line for line in lines)
    assert max(len(line) for line in lines if "/compare/x" in line) < 300


WRONG = [
    ("POST", "queue/join", {"data": [], "fn_index": -1, "session_hash": "s1"}),
    ("POST", "queue/join", {"data": [], "fn_index": 0, "session_hash": "a\ud800"}),
    ("POST", "queue/join", {"data": [], "fn_index": 0, "session_hash": "s1", "batched": True}),
    ("POST", "run/nosuch", {"data": []}),
    ("POST", "run/_private", {"data": []}),
    ("POST", "call/nosuch", {"data": []}),
    ("POST", "call/v2/search", {"zzz": 3}),
    ("POST", "component_server", {"session_hash": "s", "component_id": -1, "fn_name": "x", "data": None}),
    ("GET", "proxy=http://[::1", None),
    ("GET", "queue/data?session_hash=nosuch", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_request_is_no_defect(client, server, method, path, body):
    before = len(server.log.read_text())
    content = None if body is None else json.dumps(body)
    headers = {"content-type": "application/json"}
    answer = client.http.request(method, f"/{API}/{path}", content=content, headers=headers)
    assert answer.status_code in (200, 400, 404, 422)
    assert not INTERNAL.search(answer.text)
    assert "Traceback" not in server.log.read_text()[before:]


def test_a_body_of_a_wrong_form_is_answered_in_one_sentence(client):
    for body in ({"data": 3}, [1], "text", {"fn_index": "x"}):
        answer = client.http.post(f"/{API}/queue/join", json=body)
        assert (answer.status_code, answer.json()) == (422, {"detail": NOT_USABLE})


def test_a_refused_direct_call_is_no_failure_of_the_server(client, server):
    answer = client.http.post(f"/{API}/run/search", json={"data": [None, "atlas", 5]})
    assert answer.status_code == 400
    assert answer.json()["error"] == "No image was given: expected an image file."
    line = re.compile(rf"POST /{API}/run/search \d+\.\d\d s 400")  # written after the answer is sent
    assert any(line.search(server.log.read_text()) or time.sleep(0.1) for _ in range(100))


@pytest.mark.parametrize("session", ["a b", "../x", "x" * 65, "\ud800", 5], ids=ascii)
def test_only_a_session_name_is_remembered(client, session):
    body = json.dumps({"data": [None, "atlas", 5], "session_hash": session})
    headers = {"content-type": "application/json"}
    answer = client.http.post(f"/{API}/run/search", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert not INTERNAL.search(answer.text)


def test_a_function_of_the_browser_is_not_called(client, server):
    before = len(server.log.read_text())
    in_browser = next(one["id"] for one in client.config()["dependencies"] if not one["backend_fn"])
    answer = client.http.post(f"/{API}/run/predict", json={"data": [], "fn_index": in_browser})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("The page sent something that cannot be used")
    assert "failed" not in server.log.read_text()[before:]


def test_an_answer_is_read_once(client):
    event = client.http.post(f"/{API}/call/search", json={"data": [None, "atlas", 5]}).json()["event_id"]
    assert "event: error" in client.http.get(f"/{API}/call/search/{event}").text
    start = time.monotonic()
    assert "404" in client.http.get(f"/{API}/call/search/{event}").text
    assert time.monotonic() - start < 30


def test_large_bodies_are_refused(client):
    large = json.dumps({"data": ["x" * 4_000_000], "fn_index": 0, "session_hash": "s1"})
    headers = {"content-type": "application/json"}
    answer = client.http.post(f"/{API}/queue/join", content=large, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (413, TOO_LARGE)
    unknown = client.http.post(f"/{API}/queue/join", content=iter([b"{}"]), headers=headers)
    assert unknown.status_code == 413


def test_health(server):
    answer = httpx.get(f"{server.url}/healthz")
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "version", "waiting"}
    assert answer.json()["status"] == "ok"
    assert answer.headers["cache-control"] == "no-store"
    assert httpx.post(f"{server.url}/healthz").status_code == 405


def test_no_request_writes_a_file(client, server):
    search = next(one for one in client.functions if one["api_name"] == "search")
    client.send(search["id"], [None, "atlas", 5], session="known")
    answer = httpx.get(f"{server.url}/{API}/deep_link", params={"session_hash": "known"})
    assert answer.status_code == 404
    assert not (server.uploads / "deep_links").exists()


def test_a_visitor_cannot_fill_the_queue(client):
    """The events of one session beyond its limit are refused; another session is answered meanwhile."""
    search = next(one for one in client.functions if one["api_name"] == "search")
    session, refused = f"{random.getrandbits(48):x}", 0
    for _ in range(60):
        body = {"data": [None, "atlas", 5], "fn_index": search["id"], "session_hash": session}
        joined = client.http.post(f"/{API}/queue/join", json=body)
        refused += joined.status_code == 503
    start = time.monotonic()
    assert client.send(search["id"], [None, "atlas", 5])[1]
    assert time.monotonic() - start < 30
    assert refused <= 20  # those that were answered meanwhile do not count
