"""Epochs of a run that are saved as checkpoints."""

import numpy as np
import pytest
from safetensors.torch import load_file

from app.library.library import open_library
from tests.trainer.training.test_loop import Interrupt, interrupted_after
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.progress import silent
from trainer.training import fit


@pytest.fixture(scope="module")
def saved_run(recipe, gallery, tmp_path_factory):
    kept = recipe.changed(keep_epochs=4)  # of 15
    return fit.run(kept, [gallery], tmp_path_factory.mktemp("kept") / "run", silent)


def epochs(out):
    return {path.name: load_file(path / "model.safetensors") for path in sorted(out.glob("epochs/*"))}


def same(one, two):
    return one.keys() == two.keys() and all((one[name] == two[name]).all() for name in one)


def test_the_start_every_fourth_and_the_last_stay(saved_run, trained):
    heads = epochs(saved_run)
    assert list(heads) == ["0000", "0004", "0008", "0012", "0015"]
    assert not same(heads["0000"], heads["0004"])
    # keeping changes nothing of the training
    assert same(load_file(saved_run / "model.safetensors"), load_file(trained / "model.safetensors"))
    for name in heads:
        one = open_checkpoint(str(saved_run / "epochs" / name))
        assert one.name == f"epoch {int(name)}"
        assert 0 <= one.metrics["validation"]["guie_mp5"] <= 1


def test_an_epoch_is_the_head_as_it_was_then(recipe, gallery, saved_run, tmp_path):
    """The same recipe with the same schedule, interrupted after the eighth epoch."""
    with pytest.raises(Interrupt):
        fit.run(recipe.changed(keep_epochs=1), [gallery], tmp_path / "c", interrupted_after(0, 9))
    assert same(epochs(tmp_path / "c")["0008"], epochs(saved_run)["0008"])


def test_a_run_that_goes_on_keeps_the_same(recipe, gallery, saved_run, tmp_path):
    kept = recipe.changed(keep_epochs=4)
    with pytest.raises(Interrupt):
        fit.run(kept, [gallery], tmp_path / "c", interrupted_after(0, 6))
    assert list(epochs(tmp_path / "c")) == ["0000", "0004"]
    out = fit.run(kept, [gallery], tmp_path / "c", silent)
    expected = epochs(saved_run)
    assert list(epochs(out)) == list(expected)
    assert all(same(head, expected[name]) for name, head in epochs(out).items())


def test_epochs_of_an_earlier_training_are_removed(recipe, gallery, tmp_path):
    fit.run(recipe.changed(epochs=5, keep_epochs=1), [gallery], tmp_path / "c", silent)
    assert len(epochs(tmp_path / "c")) == 6
    (tmp_path / "c/epochs/0099").mkdir()
    (tmp_path / "c/epochs/0099/note.txt").write_text("the user's own")
    fit.run(recipe.changed(epochs=4, keep_epochs=2, seed=1), [gallery], tmp_path / "c", silent, overwrite=True)
    names = sorted(path.parent.name for path in tmp_path.glob("c/epochs/*/config.json"))
    assert names == ["0000", "0002", "0004"]
    assert (tmp_path / "c/epochs/0099/note.txt").is_file()
    (tmp_path / "c/epochs/0099/note.txt").unlink()
    (tmp_path / "c/epochs/0099").rmdir()
    fit.run(recipe.changed(epochs=2), [gallery], tmp_path / "c", silent, overwrite=True)
    assert not (tmp_path / "c/epochs").exists()


@pytest.mark.parametrize("changes", [{"soup": 2}, {"head": "concat_pca"}, {"loss": "none", "head": "pca"}])
def test_where_several_heads_train_or_none_it_is_refused(recipe, changes):
    with pytest.raises(UserError, match="keep_epochs: expected a single head that is trained by a loss"):
        recipe.changed(keep_epochs=2, **changes)


def test_the_app_shows_the_epochs_one_after_another(photos, saved_run):
    library = open_library(str(photos), [str(saved_run / "epochs")])
    assert library.names == [f"epoch {number}" for number in (0, 4, 8, 12, 15)]
    maps = library.maps.get()
    assert sorted(maps.projections) == sorted(library.names)
    assert len({maps.files.points(name) for name in library.names}) == 5
    shares = [maps.quality[name].trustworthiness for name in library.names]
    assert np.isfinite(shares).all()
