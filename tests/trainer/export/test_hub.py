"""To and from the Hub through its mixin, with a folder in the Hub's place."""

import pickle
import shutil

import pytest
from huggingface_hub import HfApi, RepoUrl

from tests.trainer.commands.test_cli import run  # noqa: F401 - a fixture
from tests.trainer.core.models.test_checkpoint import Bomb, change_config
from trainer.core.data.images import read_image
from trainer.core.models.checkpoint import CheckpointError, open_checkpoint
from trainer.export import hub
from trainer.export.hub import HubEmbedder


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_saved_checkpoint_is_the_same_files_and_gives_the_same_embeddings(checkpoint_copy, gallery, tmp_path):
    expected = content(checkpoint_copy)
    (checkpoint_copy / "ready").mkdir()
    (checkpoint_copy / "ready" / "embeddings-0.npz").write_bytes(b"a table that nobody would read")
    (checkpoint_copy / "exported.pt").write_bytes(b"not of the checkpoint")
    embedder = HubEmbedder(open_checkpoint(str(checkpoint_copy)))
    embedder.save_pretrained(tmp_path / "saved")
    assert content(tmp_path / "saved") == expected
    assert {"config.json", "model.safetensors", "README.md", "history.csv", "metrics.json"} == expected.keys()
    again = HubEmbedder.from_pretrained(tmp_path / "saved")
    images = [read_image(path) for path in gallery.table["path"][:3]]
    assert (again.embed(images) == embedder.embed(images)).all()
    assert again.checkpoint.folder == tmp_path / "saved"


def test_nothing_of_an_earlier_checkpoint_stays(checkpoint_copy, tmp_path):
    (checkpoint_copy / "metrics.json").unlink()
    saved = tmp_path / "saved"
    saved.mkdir()
    for stale in ("metrics.json", "backbone.safetensors", "README.md", "my notes.txt"):
        (saved / stale).write_text("of before")
    HubEmbedder(open_checkpoint(str(checkpoint_copy))).save_pretrained(saved)
    assert content(saved) == {**content(checkpoint_copy), "my notes.txt": b"of before"}


def test_the_checkpoints_own_folder_is_refused_and_left_whole(checkpoint_copy):
    before = content(checkpoint_copy)
    with pytest.raises(CheckpointError, match="expected another folder"):
        HubEmbedder(open_checkpoint(str(checkpoint_copy))).save_pretrained(checkpoint_copy)
    assert content(checkpoint_copy) == before


def test_a_pickle_is_never_opened(checkpoint_copy, tmp_path):
    bomb = pickle.dumps(Bomb(str(tmp_path / "mark")))
    (checkpoint_copy / "pytorch_model.bin").write_bytes(bomb)
    HubEmbedder.from_pretrained(checkpoint_copy).save_pretrained(tmp_path / "saved")
    assert not (tmp_path / "saved" / "pytorch_model.bin").exists()
    (checkpoint_copy / "model.safetensors").write_bytes(bomb)
    with pytest.raises(CheckpointError, match="damaged or of another kind"):
        HubEmbedder.from_pretrained(checkpoint_copy)
    assert not (tmp_path / "mark").exists()


@pytest.fixture
def hub_folder(tmp_path, monkeypatch):
    """Stands in the Hub's place: what the mixin uploads is copied there, what it downloads comes from there."""
    folder = tmp_path / "the hub"

    def create_repo(self, repo_id, *, private, exist_ok):
        (folder / repo_id).mkdir(parents=True, exist_ok=exist_ok)
        return RepoUrl(f"https://huggingface.co/{repo_id}")

    def upload_folder(self, *, repo_id, folder_path, **_):
        shutil.copytree(folder_path, folder / repo_id, dirs_exist_ok=True)
        return f"https://huggingface.co/{repo_id}/commit/1"

    monkeypatch.setattr(hub, "check_hub", lambda: None)
    monkeypatch.setattr(HfApi, "create_repo", create_repo)
    monkeypatch.setattr(HfApi, "upload_folder", upload_folder)
    return folder


def test_push_and_pull_by_the_command_line(run, hub_folder, checkpoint, tmp_path, monkeypatch):  # noqa: F811
    status, out, _ = run("push", "--checkpoint", checkpoint.folder, "--to", "someone/mine")
    assert (status, out) == (0, "https://huggingface.co/someone/mine/commit/1\n")
    assert content(hub_folder / "someone" / "mine") == content(checkpoint.folder)
    monkeypatch.chdir(hub_folder)  # where someone/mine is a folder, from_pretrained opens that
    status, out, _ = run("pull", "--from", "someone/mine", "--out", tmp_path / "pulled")
    assert (status, out) == (0, f"{tmp_path / 'pulled'}\n")
    assert open_checkpoint(str(tmp_path / "pulled")).fingerprint == checkpoint.fingerprint


def test_a_backbone_that_would_stay_behind_is_refused(checkpoint_copy, hub_folder):
    change_config(checkpoint_copy, backbone="tiny@/home/me/weights.safetensors")
    with pytest.raises(CheckpointError, match="expected a backbone that others can load, found tiny@/home/me"):
        hub.push(open_checkpoint(str(checkpoint_copy)), "someone/mine")
    assert not hub_folder.exists()


def test_a_trained_backbone_travels_with_the_checkpoint(checkpoint_copy, hub_folder):
    change_config(checkpoint_copy, backbone="tiny@backbone.safetensors")
    (checkpoint_copy / "backbone.safetensors").write_bytes(b"half precision")
    hub.push(open_checkpoint(str(checkpoint_copy)), "someone/mine")
    assert (hub_folder / "someone/mine/backbone.safetensors").read_bytes() == b"half precision"


@pytest.mark.parametrize("repository", ["someone/mine", "not a name", "a/b/c"])
def test_without_a_network_both_ways_end_in_one_line(run, trained, tmp_path, repository):  # noqa: F811
    status, out, err = run("push", "--checkpoint", trained, "--to", repository)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"could not be pushed to {repository}" in err
    status, out, err = run("pull", "--from", repository, "--out", tmp_path / "pulled")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"{repository} could not be pulled from the Hub" in err
