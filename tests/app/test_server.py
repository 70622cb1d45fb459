"""The real `python app.py`, asked over HTTP and through gradio_client."""

import subprocess
import sys

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from app.library.examples import EXAMPLES
from tests.serving import ROOT, app_environment, start_limit_s
from trainer.core.data.images import FORMAT_ADVICE

PROBABILITIES = ["same_class_probability", "same_type_probability", "absent_probability"]
KEYS = ["rank", "image_id", "object_type", "class_name", "similarity", *PROBABILITIES]
CHINA = handle_file(str(EXAMPLES["china.jpg"]))


@pytest.fixture(scope="module")
def client(server):
    return Client(server.url, verbose=False)


def search(client, **arguments):
    return client.predict(**{"image": CHINA, **arguments}, api_name="/search")


def check_it_serves(client):
    assert len(search(client)) == 5


def test_it_is_ready_soon(server):
    assert server.ready_s < start_limit_s()


def test_search_needs_an_image_alone(client):
    found = search(client)
    assert [list(row) for row in found] == [KEYS] * 5
    assert [row["rank"] for row in found] == [1, 2, 3, 4, 5]
    similarity = [row["similarity"] for row in found]
    assert similarity == sorted(similarity, reverse=True)
    assert 0 < similarity[-1] <= similarity[0] <= 1
    assert len({row["image_id"] for row in found}) == 5


def test_search_uses_the_best_checkpoint_unless_told(client, library):
    other = next(name for name in library.names if name != library.best)
    assert search(client) == search(client, checkpoint=library.best, k=5)
    assert search(client) != search(client, checkpoint=other)
    assert search(client, k=2) == search(client)[:2]


def test_a_gallery_image_finds_itself(client, library):
    image_id = search(client, image=handle_file(str(library.thumbnails[100])), k=1)[0]["image_id"]
    assert image_id == library.gallery.table["image_id"][100]


def test_only_search_is_offered(client):
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert list(named) == ["/search"]


def test_no_image_at_all_is_one_sentence(client, server, tmp_path):
    note, before = tmp_path / "note.jpg", server.log.stat().st_size
    note.write_text("no image")
    with pytest.raises(AppError) as error:
        search(client, image=handle_file(str(note)))
    assert str(error.value) == f"note.jpg: expected an image, found a file of another kind; {FORMAT_ADVICE}."
    check_it_serves(client)
    assert b"Traceback" not in server.log.read_bytes()[before:]


@pytest.mark.parametrize("wrong", [{"k": 0}, {"k": 10_000}, {"checkpoint": "../../etc"}, {"image": None}])
def test_wrong_values_are_refused(client, wrong):
    with pytest.raises(AppError, match=r"expected a whole number from 1 to 721|choices|No image"):
        search(client, **wrong)
    check_it_serves(client)


def test_a_file_beyond_the_limit_is_refused(client, server, tmp_path):
    large = tmp_path / "large.jpg"
    large.write_bytes(EXAMPLES["china.jpg"].read_bytes() + bytes(30_000_000))
    with pytest.raises(ValueError, match="maximum file size"):
        search(client, image=handle_file(str(large)))
    with large.open("rb") as file:  # a client that does not look first
        answer = httpx.post(f"{server.url}/gradio_api/upload", files={"files": ("large.jpg", file)}, timeout=30)
    assert answer.status_code == 413
    assert "size" in answer.text
    check_it_serves(client)


@pytest.mark.parametrize("meta", [{"meta": {"_type": "gradio.FileData"}}, {}])
@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/no/such/file", str(ROOT / "assets/gallery/images/cars/taxi/0.webp"), str(ROOT / "app.py")]
)
def test_files_of_the_server_are_not_opened(server, path, meta):
    """gradio_client would upload the file; somebody else may name one that lies on the server."""
    body = {"data": [{"path": path, **meta}, "pca-lite2", 5]}
    event = httpx.post(f"{server.url}/gradio_api/call/search", json=body, timeout=10).json()["event_id"]
    said = httpx.get(f"{server.url}/gradio_api/call/search/{event}", timeout=30).text
    assert "event: error" in said
    assert "kind" not in said  # our own words would mean that it was read
    assert httpx.get(f"{server.url}/gradio_api/file={path}", timeout=10).status_code == 403


def test_thumbnails_are_kept_by_the_browser(server, library):
    for key in (library.thumbnail_key(0), "example-china.jpg"):
        answer = httpx.get(f"{server.url}/thumbnails/{key}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("image/")
        assert "max-age=31536000" in answer.headers["cache-control"]
        assert answer.content == library.thumbnail(key).read_bytes()


@pytest.mark.parametrize(
    "key", ["no-such-key", "../app.py", "..%2fapp.py", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/app.py", "%00", ""]
)
def test_other_keys_lead_nowhere(server, key):
    with httpx.Client(base_url=server.url) as http:
        url = httpx.URL(f"{server.url}/").copy_with(raw_path=f"/thumbnails/{key}".encode())
        answer = http.get(url)
    assert answer.status_code == 404
    assert "GUIE" not in answer.text


def test_what_visitors_call_is_not_shown(server):
    shown = httpx.get(f"{server.url}/monitoring", follow_redirects=True)
    assert shown.status_code in (401, 403, 404)


def test_plotly_comes_from_here(server):
    answer = httpx.get(f"{server.url}/static/plotly.min.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) > 1_000_000


def test_a_port_in_use_is_one_sentence(server, tmp_path):
    command = [sys.executable, "app.py", "--port", str(server.port)]
    done = subprocess.run(
        command, cwd=ROOT, env=app_environment(tmp_path), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    # the check of the gallery shows a bar on a slow machine
    (sentence,) = [line for line in done.stderr.splitlines() if line and not line.startswith("checking images")]
    assert sentence.startswith(f"Port {server.port} ")
    assert "--port" in sentence


def test_an_unknown_option_is_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "app.py", "--prot", "7860"], cwd=ROOT, env=app_environment(tmp_path),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "--prot" in done.stderr
