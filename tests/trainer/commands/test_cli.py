"""The command line: what it prints, where, and with which exit status."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import trainer
from trainer.__main__ import main
from trainer.commands import COMMANDS
from trainer.core.models.checkpoint import bundled_names, open_checkpoint
from trainer.training.outputs.model_card import write_card
from trainer.training.recipe import read_recipe

ROOT = Path(__file__).parents[3]


def run_python(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "trainer", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def run(capsys):
    """Runs a verb in this process: (exit status, standard output, standard error)."""

    def run(*arguments):
        capsys.readouterr()
        status = main([str(a) for a in arguments])
        return status, *capsys.readouterr()

    return run


def test_embed_writes_row_i_of_image_i(run, photos, trained, gallery, tmp_path):
    status, out, _ = run("embed", "--gallery", photos, "--checkpoint", trained, "--out", tmp_path / "new/z.npz")
    assert (status, out.strip()) == (0, str(tmp_path / "new/z.npz"))
    with np.load(tmp_path / "new/z.npz", allow_pickle=False) as file:
        arrays = dict(file)
    assert sorted(arrays) == ["class_names", "embeddings", "image_ids", "object_types", "splits"]
    assert arrays["embeddings"].shape == (144, 16)
    assert arrays["embeddings"].dtype == np.float32
    assert np.linalg.norm(arrays["embeddings"], axis=1) == pytest.approx(np.ones(144), abs=1e-5)
    columns = {"image_ids": "image_id", "object_types": "object_type", "class_names": "class_name", "splits": "split"}
    for name, column in columns.items():
        assert arrays[name].tolist() == gallery.table[column].tolist()


def test_a_tilde_in_an_output_is_the_home_directory(run, photos, trained, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    status, out, _ = run("embed", "--gallery", photos, "--checkpoint", trained, "--out=~/z.npz")
    assert (status, out.strip()) == (0, str(tmp_path / "z.npz"))
    status, out, error = run("embed", "--gallery", photos, "--checkpoint", trained, "--out=~nouser/z.npz")
    assert (status, out) == (2, "")
    assert "found no such home directory" in error


def test_evaluate_equals_plain_numpy_on_what_embed_wrote(run, photos, trained, tmp_path):
    run("embed", "--gallery", photos, "--checkpoint", trained, "--out", tmp_path / "z.npz")
    status, out, _ = run("evaluate", "--gallery", photos, "--checkpoint", trained, "--json")
    result = json.loads(out)  # nothing but JSON
    assert status == 0
    assert out.count("\n") == 1
    with np.load(tmp_path / "z.npz") as file:
        z, types, classes, splits = (file[k] for k in ("embeddings", "object_types", "class_names", "splits"))
    scored = np.isin(splits, ["query", "index"])
    similarity = z[scored] @ z[scored].T
    np.fill_diagonal(similarity, -2)
    nearest = np.argsort(-similarity, 1, kind="stable")[:, :5]
    study = (types[scored][nearest] == types[scored][:, None]).mean()
    labels = np.char.add(types, classes)
    query, index = splits == "query", splits == "index"
    ranked = labels[index][np.argsort(-(z[query] @ z[index].T), 1, kind="stable")] == labels[query][:, None]
    assert result["study_mp5"] == pytest.approx(study)
    assert result["guie_mp5"] == pytest.approx(ranked[:, :5].mean())  # six of each class are in the index
    assert result["recall_at_1"] == pytest.approx(ranked[:, 0].mean())
    expected_keys = {
        "gallery",
        "checkpoint",
        "n_images",
        "study_mp5",
        "guie_mp5",
        "recall_at_1",
        "n_queries",
        "n_index",
    }
    assert expected_keys <= result.keys()
    assert {"study_mp5", "guie_mp5", "recall_at_1", "n"} <= result["per_type"]["toys"].keys()
    for metric in ("study_mp5", "guie_mp5", "recall_at_1"):
        low, high = result["intervals"][metric]
        assert 0 <= low <= result[metric] <= high <= 1


def test_evaluate_for_people_names_both_metrics(run, photos, trained):
    status, out, _ = run("evaluate", "--gallery", photos, "--checkpoint", trained)
    assert status == 0
    assert "study mP@5  GUIE mP@5  recall@1" in out
    assert out.splitlines()[-1].split()[0] == "all"


def test_evaluate_records_in_metrics_and_card(run, photos, checkpoint_copy, gallery):
    _, out, _ = run("evaluate", "--gallery", photos, "--checkpoint", checkpoint_copy, "--json", "--record")
    assert open_checkpoint(str(checkpoint_copy)).metrics[gallery.name] == json.loads(out)
    card = (checkpoint_copy / "README.md").read_text(encoding="utf-8")
    assert f"| {gallery.name} |" in card
    limits = ["[{:.3f}, {:.3f}]".format(*json.loads(out)["intervals"][m]) for m in ("study_mp5", "guie_mp5")]
    assert f"| 95 % interval | {limits[0]} | {limits[1]} |" in card


def test_compare_prints_json_and_nothing_else(run, photos, trained, checkpoint_copy):
    (checkpoint_copy / "config.json").write_text(
        (checkpoint_copy / "config.json").read_text().replace('"tiny-arcface"', '"other"', 1)
    )
    both = [trained, checkpoint_copy]
    status, out, _ = run("compare", "--gallery", photos, "--checkpoints", *both, "--json")
    result = json.loads(out)
    assert (status, out.count("\n")) == (0, 1)
    for folder, found in zip(both, result["checkpoints"], strict=True):
        _, alone, _ = run("evaluate", "--gallery", photos, "--checkpoint", folder, "--json")
        assert found == json.loads(alone)
    status, out, _ = run("compare", "--gallery", photos, "--checkpoints", *both)
    assert status == 0
    assert "no significant difference between" in out


def test_fit_trains_on_several_galleries(run, photos, photo_tree, tmp_path):
    (tmp_path / "mine.yaml").write_text("backbone: tiny\nhead: linear\ndims: 8\n")
    status, out, _ = run(
        "fit", tmp_path / "mine.yaml", "--gallery", photos, photo_tree, "--out", tmp_path / "runs/mine",
        "--set", "epochs=2", "batch_size=32", "--set", "learning_rate=1e-3",
    )  # fmt: skip
    assert (status, out.strip()) == (0, str(tmp_path / "runs/mine"))
    checkpoint = open_checkpoint(str(tmp_path / "runs/mine"))
    assert checkpoint.recipe["learning_rate"] == 0.001
    assert checkpoint.recipe["trained_on"]["galleries"] == [photos.name, "photo.tree"]
    assert len(checkpoint.history) == 2
    assert sorted(path.name for path in checkpoint.folder.iterdir()) == [
        "README.md", "config.json", "history.csv", "metrics.json", "model.safetensors",
    ]  # fmt: skip


def command_in(card):
    """The arguments of the one command in a model card, as a shell would split them."""
    (line,) = [line for line in card.splitlines() if line.startswith("    python -m trainer fit")]
    return shlex.split(line)[3:]


def recipe_in(card):
    return card.split("```yaml\n")[1].split("```")[0]


@pytest.mark.parametrize("own", [False, True])
def test_the_command_of_the_model_card_gives_the_checkpoint_again(run, photos, tmp_path, monkeypatch, own):
    """From folders with blanks, with settings, a validation gallery, and a recipe of the user's own."""
    shutil.copytree(photos, tmp_path / "my photos")
    judging = shutil.copytree(photos, tmp_path / "to judge")
    table = pd.read_csv(judging / "metadata.csv")
    table[table["class_name"] == "amber"].to_csv(judging / "metadata.csv", index=False)
    monkeypatch.chdir(tmp_path)
    recipe = "arcface-bn-lite2"
    if own:
        recipe = "my own.yaml"
        Path(recipe).write_text("like: arcface-bn-lite2\nmargin_rad: 0.3\n")
    status, _, err = run(
        "fit", recipe, "--gallery", "my photos", "--validation", "to judge", "--out", "the first", "--set",
        "backbone=tiny", "epochs=2", "dims=8", "batch_size=16", "measure_loss=false", "learning_rate=1e-5",
    )  # fmt: skip
    assert status == 0, err
    card = Path("the first/README.md").read_text(encoding="utf-8")
    assert Path(recipe).exists() == own
    if own:
        assert "saved as `my own.yaml`" in card
        Path(recipe).write_text(recipe_in(card))
    first = Path("the first").rename("before")
    status, out, err = run(*command_in(card))
    assert (status, out.strip()) == (0, "the first"), err
    for name in ("model.safetensors", "config.json", "metrics.json", "README.md"):
        assert (Path("the first") / name).read_bytes() == (first / name).read_bytes(), name


@pytest.mark.parametrize("name", bundled_names())
def test_the_card_of_a_bundled_checkpoint_is_written_from_its_files(name, tmp_path):
    checkpoint = open_checkpoint(str(shutil.copytree(open_checkpoint(name).folder, tmp_path / name)))
    card = (checkpoint.folder / "README.md").read_text(encoding="utf-8")
    write_card(checkpoint)
    assert (checkpoint.folder / "README.md").read_text(encoding="utf-8") == card


def test_the_card_of_atlas_names_what_its_recipe_file_does_not_say():
    checkpoint = open_checkpoint("atlas")
    command = command_in((checkpoint.folder / "README.md").read_text(encoding="utf-8"))
    recipe = read_recipe(command[1], command[command.index("--set") + 1 :])
    assert "validation_classes=0.0" in command
    again = json.loads(json.dumps(recipe.record()))
    recorded = {key: value for key, value in checkpoint.recipe.items() if key != "trained_on"}
    assert {key: again[key] for key in recorded} == recorded


@pytest.mark.parametrize("record", ["none", ["a"], {"train_images": "many"}, {"galleries": "g"}, {"chosen_by": 1}])
def test_a_record_of_another_form_still_gives_a_card(record, checkpoint_copy):
    config = json.loads((checkpoint_copy / "config.json").read_text())
    config["recipe"]["trained_on"] = record
    (checkpoint_copy / "config.json").write_text(json.dumps(config))
    write_card(open_checkpoint(str(checkpoint_copy)))
    card = (checkpoint_copy / "README.md").read_text(encoding="utf-8")
    assert command_in(card) == ["fit", "tiny-arcface.yaml", "--gallery", "SRC", "--out", "tiny-arcface"]


def test_another_checkpoint_is_overwritten_only_when_asked(run, photos, checkpoint_copy):
    before = (checkpoint_copy / "model.safetensors").read_bytes()
    arguments = [
        "fit", "pca-lite0", "--gallery", photos, "--out", checkpoint_copy, "--set", "backbone=tiny", "dims=8",
    ]  # fmt: skip
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "choose another folder, or add --overwrite" in err
    assert (checkpoint_copy / "model.safetensors").read_bytes() == before
    status, _, _ = run(*arguments, "--overwrite")
    assert status == 0
    assert open_checkpoint(str(checkpoint_copy)).head.kind == "pca"


def test_evaluate_names_a_checkpoint_after_its_folder(run, photos, tmp_path):
    run("fit", "pca-lite0", "--gallery", photos, "--out", tmp_path / "mine", "--set", "backbone=tiny", "dims=8")
    _, out, _ = run("evaluate", "--gallery", photos, "--checkpoint", tmp_path / "mine", "--json")
    assert json.loads(out)["checkpoint"] == "mine"


def test_fit_says_what_the_epoch_was_chosen_by(run, photos, tmp_path):
    arguments = ["fit", "arcface-bn-lite2", "--gallery", photos, "--set", "backbone=tiny", "dims=8", "epochs=1"]
    _, _, err = run(*arguments, "--out", tmp_path / "a")
    assert "The epoch was chosen by GUIE mP@5 on the held-out classes." in err.splitlines()
    _, _, err = run(*arguments, "validation_classes=0", "--out", tmp_path / "b")
    assert "The last epoch was kept, as no classes are held out." in err.splitlines()


@pytest.mark.parametrize("value", ["no", "'no'", "false"])
def test_mixed_precision_no_is_a_value_like_any_other(value):
    assert read_recipe("arcface-bn-lite2", [f"mixed_precision={value}"]).optimiser.mixed_precision == "no"


def test_an_interrupted_verb_ends_with_status_130(run, photos, trained, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("trainer.api.evaluate", interrupted)
    assert run("evaluate", "--gallery", photos, "--checkpoint", trained) == (130, "", "Interrupted.\n")


INTERRUPT = """
import importlib.abc, os, signal, sys
import trainer
from trainer.__main__ import main
from trainer.commands import COMMANDS

class InterruptTheImportOfTorch(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "torch":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, InterruptTheImportOfTorch())
sys.exit(main(["evaluate", "--gallery", "sample", "--checkpoint", "atlas"]))
"""


def test_ctrl_c_while_libraries_load_ends_without_a_traceback():
    done = subprocess.run([sys.executable, "-c", INTERRUPT], cwd=ROOT, capture_output=True, text=True, timeout=120)
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode  # as a shell reports a signal
    assert (status, done.stdout, done.stderr) == (130, "", "Interrupted.\n")


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"GUIE Atlas {trainer.__version__}\n")


@pytest.mark.parametrize("verb", COMMANDS)
def test_each_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as end:
        main([verb, "--help"])
    printed = capsys.readouterr().out
    assert end.value.code == 0
    assert f"{COMMANDS[verb].HELP[1:]}." in " ".join(printed.split())


def test_a_new_verb_needs_one_module_and_one_registry_entry(run, monkeypatch):
    def add_arguments(parser):
        parser.add_argument("name")

    command = SimpleNamespace(
        HELP="greet", add_arguments=add_arguments, run=lambda options: print(f"Hello {options.name}")
    )
    monkeypatch.setitem(COMMANDS, "greet", command)
    assert run("greet", "you") == (0, "Hello you\n", "")


def test_skipped_images_are_reported_on_standard_error(run, photos_copy, trained):
    (photos_copy / "cars/blue/3.png").write_bytes(b"not an image")
    status, out, err = run("evaluate", "--gallery", photos_copy, "--checkpoint", trained, "--json")
    assert status == 0
    assert json.loads(out)["n_skipped"] == 1
    assert "cars/blue/3.png" in err
    assert "(1 in all)" in err


def mistakes(photos, trained, tmp_path):
    """Arguments of users' mistakes and what they are told."""
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.npz").mkdir()
    long = "x" * 300
    return [
        (["evaluate", "--gallery", "nowhere", "--checkpoint", trained], "No gallery at nowhere"),
        (["evaluate", "--gallery", photos, "--checkpoint", "nowhere"], "No checkpoint nowhere"),
        (["fit", "nowhere", "--gallery", photos, "--out", tmp_path / "x"], "No recipe nowhere"),
        (["fit", "arcface-bn-lite2", "--gallery", photos, "--out", tmp_path / "x", "--set", "epochs=0"], "epochs is 0"),
        (
            ["fit", "pca-lite0", "--gallery", photos, "--out", tmp_path / "file"],
            "a folder that can be created",
        ),
        (["fit", "pca-lite0", "--gallery", photos, "--out", tmp_path / "x", "--set", "backbone=lite7"], "'lite7'"),
        (["embed", "--gallery", photos, "--checkpoint", trained, "--out", tmp_path / "file/z.npz"], "--out"),
        (["embed", "--gallery", photos, "--checkpoint", trained, "--out", tmp_path / "folder.npz"], "found a folder"),
        (["embed", "--gallery", photos, "--checkpoint", trained, "--out", tmp_path / long], "choose a shorter name"),
        (["evaluate", "--gallery", "~nouser/x", "--checkpoint", trained], "found no such home directory"),
        (["evaluate", "--gallery", long, "--checkpoint", trained], "it cannot be read (File name too long)"),
        (["evaluate", "--gallery", photos, "--checkpoint", long], "No checkpoint xxx"),
        (["fit", "pca-lite0", "--gallery", photos, "--out", tmp_path / long], "File name too long"),
        (["compare", "--gallery", photos, "--checkpoints", trained], "expected two or more checkpoints, found 1"),
        (["compare", "--gallery", photos, "--checkpoints", trained, "nowhere"], "No checkpoint nowhere"),
        (["compare", "--gallery", "nowhere", "--checkpoints", "pca-lite0", "pca-lite2"], "No gallery at nowhere"),
    ]


@pytest.mark.parametrize("number", range(16))
def test_a_mistake_ends_with_status_2_and_one_line(run, photos, trained, tmp_path, number):
    arguments, expected = mistakes(photos, trained, tmp_path)[number]
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert expected in err
    assert err.count("\n") == 1


def test_a_mistake_in_a_real_process(tmp_path):
    """The only image is a decompression bomb; Pillow's own warnings must not join ours."""
    from tests.trainer.core.data.test_images import png_header

    (tmp_path / "bomb.png").write_bytes(png_header(15_000, 15_000))
    done = run_python("evaluate", "--gallery", tmp_path, "--checkpoint", "pca-lite0", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "bomb.png" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_in_a_real_process():
    done = run_python("doctor")
    assert done.returncode == 0
    assert "lite2" in done.stdout
    assert done.stderr == ""


def test_arguments_that_cannot_be_parsed(capsys):
    for arguments in ([], ["nosuchverb"], ["evaluate", "--gallery", "sample"]):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_recipe_given_by_name_is_the_file(run, photos, tmp_path):
    status, _, _ = run(
        "fit", "pca-lite0", "--gallery", photos, "--out", tmp_path / "x", "--set", "backbone=tiny", "dims=8"
    )
    assert status == 0
    assert open_checkpoint(str(tmp_path / "x")).recipe["head"] == read_recipe("pca-lite0").head.kind == "pca"


def test_embed_adds_its_ending_and_replaces_none(run, photos, trained, tmp_path):
    run("embed", "--gallery", photos, "--checkpoint", trained, "--out", tmp_path / "mine.v1")
    assert [path.name for path in tmp_path.glob("mine*")] == ["mine.v1.npz"]
