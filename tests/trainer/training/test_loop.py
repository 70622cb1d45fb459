"""The loop: rates, accumulation, which epoch is kept, half precision, resuming after a kill, two processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from tests.tiny import part_of
from trainer.core.data.gallery import Gallery
from trainer.core.errors import UserError
from trainer.core.models.checkpoint import open_checkpoint
from trainer.core.models.features import gallery_features
from trainer.core.models.heads import HeadConfig, build_head
from trainer.core.progress import silent
from trainer.training import fit
from trainer.training.data.image_set import ImageSet, TrainingData
from trainer.training.loop import rate, start, train
from trainer.training.objective.objective import Objective, System
from trainer.training.recipe import Recipe
from trainer.training.train_state import LoopConfig
from trainer.training.validation import validate

ROOT = Path(__file__).parents[3]
N, D, CLASSES = 64, 10, 4


def numbers():
    """Training data without images."""
    rng = np.random.default_rng(0)
    labels = np.arange(N) % CLASSES
    features = (2 * np.eye(CLASSES, D)[labels] + rng.normal(size=(N, D))).astype(np.float32)
    classes = labels.astype(str)
    images = ImageSet(features, labels, classes, classes, classes)
    return TrainingData(images, images[:0], images[:0], np.unique(classes), 0, 0)


def plan_of(system, data, batches, **changes):
    features = torch.from_numpy(data.train.features)
    plan = LoopConfig(
        name="test", key="key", epochs=3, batches=lambda epoch: iter(batches), steps_per_epoch=len(batches),
        inputs=lambda rows: features[rows], measure=lambda: {"val_loss": float("nan")},
        parameters=[{"params": system.parameters(), "lr": 0.01, "weight_decay": 0.0}], learning_rate=0.01,
        best_by="val_loss", patience=0,
        warmup_share=0.1, final_rate_share=0.0, seed=0,
    )  # fmt: skip
    return replace(plan, **changes)


def system_of(data, **changes):
    torch.manual_seed(0)
    recipe = Recipe(name="r", dims=4, dropout=0.0, **changes)
    head = build_head(HeadConfig("linear", D, dims=4, dropout=0.0))
    return System(head, Objective(recipe, data, head))


def weights(system):
    return torch.cat([p.detach().flatten() for p in system.parameters()])


@pytest.mark.parametrize("sub_centers", [1, 2])
def test_class_centres_may_start_at_the_means_of_the_untrained_head(sub_centers):
    data = numbers()
    system = system_of(data, centers="class_means", sub_centers=sub_centers)
    z = system.head.eval()(torch.from_numpy(data.train.features)).detach().numpy()
    centres = system.objective.main.W.detach().numpy().T.reshape(CLASSES, sub_centers, 4)
    for label in range(CLASSES):
        mean = np.mean([row for row, other in zip(z, data.train.labels, strict=True) if other == label], axis=0)
        cosines = centres[label] @ mean / np.linalg.norm(mean)
        assert cosines == pytest.approx([1] * sub_centers, abs=1e-5 if sub_centers == 1 else 0.02)
    assert len(np.unique(centres.round(6), axis=1)[0]) == sub_centers


def test_the_rate_warms_up_and_falls_along_half_a_cosine():
    rates = [rate(step, 100, 0.1) for step in range(100)]
    assert rates[:10] == pytest.approx(np.arange(1, 11) / 10)
    assert rates[10:] == pytest.approx([0.5 * (1 + np.cos(np.pi * i / 90)) for i in range(90)])
    assert rate(100, 100, 0.1) == pytest.approx(0)
    assert rate(55, 100, 0.1, 0.2) == pytest.approx(0.6)  # half way from 1 down to 0.2
    assert rate(100, 100, 0.1, 0.2) == pytest.approx(0.2)
    assert rate(0, 100, 0.0) == 1
    assert rate(0, 1, 0.1) == 1


def test_the_rates_of_a_run_are_those(recipe, trained):
    """Recorded after an epoch: the rate of its last step."""
    optimiser = recipe.optimiser
    steps = 3 * optimiser.epochs  # 42 images in batches of 16
    expected = [optimiser.learning_rate * rate(3 * epoch + 2, steps, 0.1) for epoch in range(optimiser.epochs)]
    assert open_checkpoint(str(trained)).history["learning_rate"].tolist() == pytest.approx(expected, abs=1e-8)


@pytest.fixture
def rates_used():
    """The highest rate of each step of any optimiser, as it was when the step was taken."""
    rates = []
    hook = register_optimizer_step_pre_hook(
        lambda optimiser, *_: rates.append(max(group["lr"] for group in optimiser.param_groups))
    )
    yield rates
    hook.remove()


@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_rate_recorded_is_the_one_that_the_last_step_used(recipe, gallery, tmp_path, rates_used, accumulate):
    one = recipe.changed(epochs=4, accumulate=accumulate)
    history = open_checkpoint(str(fit.run(one, [gallery], tmp_path / "c", silent))).history
    per_epoch = len(rates_used) // 4
    assert per_epoch == (2 if accumulate == 2 else 3)  # three batches
    assert history["learning_rate"].tolist() == pytest.approx(rates_used[per_epoch - 1 :: per_epoch], rel=1e-5)
    assert history["learning_rate"].iloc[-1] > 0  # the step after the last would have none


def test_two_half_batches_accumulated_equal_one_whole_batch():
    data = numbers()
    whole = list(torch.randperm(N, generator=torch.Generator().manual_seed(1)).split(16))
    halves = [half for rows in whole for half in rows.split(8)]
    runs = {}
    for name, batches, accumulate in (("whole", whole, 1), ("halves", halves, 2), ("small", halves, 1)):
        system = system_of(data)
        history = train(system, plan_of(system, data, batches), start("no", accumulate), silent)
        runs[name] = weights(system), history["train_loss"].to_numpy(), history["learning_rate"].to_numpy()
    assert torch.allclose(runs["halves"][0], runs["whole"][0], atol=1e-5)
    assert runs["halves"][1] == pytest.approx(runs["whole"][1], rel=1e-5)
    assert runs["halves"][2] == pytest.approx(runs["whole"][2])
    assert not torch.allclose(runs["small"][0], runs["whole"][0], atol=1e-3)  # without it they are steps of their own


def scripted(values, best_by, patience=0):
    """Train with given validation scores; the number of epochs that ran, and the number of the kept one."""
    data = numbers()
    system = system_of(data)
    figures, seen = iter(values), []

    def measure():
        seen.append(weights(system))
        return {best_by: next(figures)}

    batches = list(torch.arange(N).split(32))
    plan = plan_of(
        system, data, batches, epochs=len(values), measure=measure, best_by=best_by, patience=patience, warmup_share=0
    )
    history = train(system, plan, start("no", 1), silent)
    (kept,) = [number for number, one in enumerate(seen, start=1) if torch.equal(one, weights(system))]
    return len(history), kept


@pytest.mark.parametrize(
    ("best_by", "kept"), [("val_loss", 3), ("val_guie_mp5", 2), ("val_study_mp5", 2)]
)  # the lowest loss, the highest precision; of equals the first
def test_the_best_epoch_by_each_measure_is_kept(best_by, kept):
    assert scripted([0.5, 0.9, 0.1, 0.9, 0.1, 0.4], best_by) == (6, kept)


@pytest.mark.parametrize("best_by", ["val_loss", "val_guie_mp5"])
def test_a_figure_that_is_no_number_is_never_the_best(best_by):
    nan = float("nan")
    assert scripted([nan, 0.5, nan, nan], best_by) == (4, 2)
    assert scripted([nan, nan, nan], best_by) == (3, 3)  # nothing to choose by: the last


def test_the_last_epoch_is_kept_where_the_recipe_says_so(recipe, gallery, tmp_path):
    last = recipe.changed(best_by="last", epochs=6, learning_rate=0.3)
    checkpoint = open_checkpoint(str(fit.run(last, [gallery], tmp_path / "c", silent)))
    figures = checkpoint.history["val_guie_mp5"]
    assert checkpoint.metrics["validation"]["guie_mp5"] == pytest.approx(figures.iloc[-1], abs=1e-5)
    assert checkpoint.load_head().norm.num_batches_tracked == 3 * 6


def test_training_stops_when_no_epoch_has_been_better_for_long():
    assert scripted([0.1, 0.3, 0.2, 0.3, 0.9], "val_guie_mp5", patience=2) == (4, 2)
    assert scripted([0.1, 0.3, 0.2, 0.4, 0.3, 0.3, 0.9], "val_guie_mp5", patience=2) == (6, 4)
    assert scripted([0.1, 0.3, 0.2, 0.3, 0.9], "val_guie_mp5") == (5, 5)


@pytest.mark.parametrize("best_by", ["val_guie_mp5", "val_study_mp5", "val_loss"])
def test_a_whole_run_keeps_the_best_by_each_measure(recipe, gallery, tmp_path, best_by):
    out = fit.run(recipe.changed(best_by=best_by, epochs=6, learning_rate=0.3), [gallery], tmp_path / "c", silent)
    checkpoint = open_checkpoint(str(out))
    figures = checkpoint.history[best_by]
    if best_by == "val_loss":
        data = fit.training_data([gallery], recipe, silent)
        objective_free = validate(checkpoint.load_head(), data.held_out)["guie_mp5"]
        row = checkpoint.history.loc[figures.idxmin()]
        assert objective_free == pytest.approx(row["val_guie_mp5"], abs=1e-5)
    else:
        assert checkpoint.metrics["validation"][best_by.removeprefix("val_")] == pytest.approx(figures.max(), abs=1e-5)


def test_every_term_of_the_loss_is_in_float32_under_autocast():
    data = numbers()
    objective = system_of(data, keep_similarities=1.0, guidance="expert").objective
    z, rows = nn.functional.normalize(torch.randn(16, 4), dim=1), torch.arange(16)
    expected = objective(z, rows)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = objective(z, rows)
    assert {name: term.item() for name, term in found.items()} == {name: term.item() for name, term in expected.items()}
    assert found.keys() == {"total", "train_loss", "keep_loss", "guidance_loss"}


def test_bfloat16_runs_and_comes_close(recipe, gallery, tmp_path):
    recipe = recipe.changed(epochs=4)
    full, half = (
        open_checkpoint(str(fit.run(recipe.changed(mixed_precision=name), [gallery], tmp_path / name, silent)))
        for name in ("no", "bf16")
    )
    assert half.history["train_loss"].to_numpy() == pytest.approx(full.history["train_loss"].to_numpy(), rel=0.05)
    assert (half.history["train_loss"] != full.history["train_loss"]).any()  # it was really used
    assert {v.dtype for v in half.load_head().parameters()} == {torch.float32}


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU has it")
def test_float16_without_a_gpu_is_refused():
    with pytest.raises(UserError, match="mixed_precision is fp16: expected no or bf16 on a cpu"):
        start("fp16", 1)


# --- real processes -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(gallery, photos, tmp_path_factory):
    """A recipe that other processes can read, its images, and a folder; its features are in the shared cache."""
    gallery_features(gallery, "lite0", silent)
    recipe = Recipe(
        name="small", backbone="lite0", head="bn_linear", dims=16, epochs=40, batch_size=16, validation_classes=0.4
    )
    return recipe, photos, tmp_path_factory.mktemp("runs")


def one_thread():
    """The environment of a process that sums in the same order as these tests."""
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def command(recipe, photos, folder, *launcher):
    file = folder / f"{recipe.name}.yaml"
    file.write_text(yaml.safe_dump({k: v for k, v in recipe.record().items() if k != "finetune"}))
    return [sys.executable, *launcher, "-m", "trainer", "fit", str(file), "--gallery", str(photos), "--out"]


def same(one, two):
    assert (one / "model.safetensors").read_bytes() == (two / "model.safetensors").read_bytes()
    tables = [pd.read_csv(folder / "history.csv", dtype=str).drop(columns="time_s") for folder in (one, two)]
    assert tables[0].equals(tables[1])


def test_a_killed_run_goes_on_and_ends_as_one_that_was_not_killed(small, gallery):
    recipe, photos, folder = small
    arguments = [*command(recipe, photos, folder), str(folder / "killed")]
    state_file = folder / "killed/unfinished/head-0/state.json"
    environment = one_thread()
    silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, **silence) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            if state_file.is_file() and len(json.loads(state_file.read_text())["history"]) >= 3:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.005)
        assert process.wait(60) == -signal.SIGKILL
    assert not (folder / "killed/config.json").exists()
    before = json.loads(state_file.read_text())["history"]
    assert 3 <= len(before) < recipe.optimiser.epochs
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"small: going on after epoch {len(before)}" in done.stderr
    whole = fit.run(recipe, [gallery], folder / "whole", silent)
    same(folder / "killed", whole)
    times = open_checkpoint(str(folder / "killed")).history["time_s"][: len(before)]
    assert times.tolist() == pytest.approx([row["time_s"] for row in before], rel=1e-4)  # those epochs ran once
    assert not (folder / "killed/unfinished").exists()


def test_two_processes_have_the_loss_curve_of_one(small, gallery):
    """BatchNorm, dropout and the loss use the whole batch; only the order of sums differs."""
    recipe, photos, folder = small
    recipe = recipe.changed(name="two", epochs=8, keep_similarities=1.0, dropout_samples=2)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    arguments = [*command(recipe, photos, folder, *launcher), str(folder / "two")]
    environment = {**one_thread(), "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
    one = open_checkpoint(str(fit.run(recipe, [gallery], folder / "one", silent)))
    two = open_checkpoint(str(folder / "two"))
    for column in ("train_loss", "keep_loss", "train_loss_eval", "val_loss", "val_guie_mp5", "val_study_mp5"):
        assert two.history[column].to_numpy() == pytest.approx(one.history[column].to_numpy(), rel=1e-4), column
    for (name, a), b in zip(one.load_head().state_dict().items(), two.load_head().state_dict().values(), strict=True):
        torch.testing.assert_close(b, a, rtol=1e-3, atol=1e-4, msg=name)
    assert one.history["train_loss"].iloc[-1] < one.history["train_loss"].iloc[0]


class Interrupt(Exception):
    """Any event that ends a run."""


def interrupted_after(stretches, epochs):
    """A progress bar that interrupts the training number `stretches` after `epochs` epochs."""
    count = -1

    def progress(items, *, desc="", unit="it", **_):
        nonlocal count
        count += unit == "epoch"
        for number, item in enumerate(items):
            if unit == "epoch" and count == stretches and number == epochs:
                raise Interrupt
            yield item

    return progress


def test_a_soup_goes_on_in_the_member_where_it_was(recipe, gallery, tmp_path):
    soup = recipe.changed(soup=3, epochs=4)
    with pytest.raises(Interrupt):
        fit.run(soup, [gallery], tmp_path / "c", interrupted_after(1, 2))
    states = {p.parent.name: json.loads(p.read_text()) for p in tmp_path.glob("c/unfinished/*/state.json")}
    assert {name: len(state["history"]) for name, state in states.items()} == {"head-0": 4, "head-1": 2}
    out = fit.run(soup, [gallery], tmp_path / "c", silent)
    same(out, fit.run(soup, [gallery], tmp_path / "whole", silent))
    history = open_checkpoint(str(out)).history
    for number in range(2):
        before = [row["time_s"] for row in states[f"head-{number}"]["history"]]
        times = history[history["member"] == number]["time_s"].tolist()
        assert times[: len(before)] == pytest.approx(before, rel=1e-4)  # those epochs ran once


def test_an_unfinished_state_of_another_recipe_is_not_taken(recipe, gallery, tmp_path, capsys):
    first = recipe.changed(epochs=5)
    with pytest.raises(Interrupt):
        fit.run(first, [gallery], tmp_path / "c", interrupted_after(0, 3))
    assert (tmp_path / "c/unfinished/head-0/state.json").is_file()
    other = first.changed(margin_rad=0.3)
    same(fit.run(other, [gallery], tmp_path / "c", silent), fit.run(other, [gallery], tmp_path / "whole", silent))
    assert "going on" not in capsys.readouterr().err


def relabelled(gallery, column, rows, value):
    table = gallery.table.copy()
    table.loc[table.index[rows], column] = value
    return Gallery(gallery.name, table, gallery.content)


def training_rows(gallery, number):
    """The first rows that train."""
    return np.flatnonzero(gallery.table["split"] == "train")[:number]


CHANGES = {
    "class_name": lambda g: relabelled(g, "class_name", training_rows(g, 3), "green"),
    "split": lambda g: relabelled(g, "split", training_rows(g, 3), ""),
    "split to test": lambda g: relabelled(g, "split", training_rows(g, 3), "test"),
    "split to val": lambda g: relabelled(g, "split", training_rows(g, 30)[::3], "val"),
    "object_type": lambda g: relabelled(g, "object_type", training_rows(g, 8), "cars"),
    "validation": lambda g: g,
    "nothing": lambda g: g,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_killed_run_goes_on_only_if_nothing_has_changed_that_it_depends_on(recipe, gallery, tmp_path, capsys, change):
    """Labels that were corrected after the run was killed: the result equals that of a new run, byte for byte."""
    judging = other = None
    if change == "validation":
        judging = part_of(gallery, gallery.table["split"].eq("query").to_numpy(), "judging")
        judging = Gallery("judging", judging.table.assign(split=""), judging.content)
        other = relabelled(judging, "class_name", np.arange(0, len(judging), 3), "amber")
    typed = recipe.changed(epochs=6, sampler="by_type")
    changed = CHANGES[change](gallery)
    with pytest.raises(Interrupt):
        fit.run(typed, [gallery], tmp_path / "c/run", interrupted_after(0, 3), judging)
    capsys.readouterr()
    resumed = fit.run(typed, [changed], tmp_path / "c/run", silent, other)
    said = capsys.readouterr().err
    fresh = fit.run(typed, [changed], tmp_path / "fresh/run", silent, other)
    same(resumed, fresh)
    assert (resumed / "config.json").read_bytes() == (fresh / "config.json").read_bytes()
    assert ("going on after epoch 3" in said) == (change == "nothing")
    assert said.count("training starts anew") == (change != "nothing")


def test_the_changes_above_change_the_result(recipe, gallery, tmp_path):
    """Otherwise a run that was wrongly resumed would pass too."""
    typed = recipe.changed(epochs=6, sampler="by_type")
    plain = (fit.run(typed, [gallery], tmp_path / "plain", silent) / "model.safetensors").read_bytes()
    for change in ("class_name", "split to test", "split to val", "object_type"):
        out = fit.run(typed, [CHANGES[change](gallery)], tmp_path / change, silent)
        assert (out / "model.safetensors").read_bytes() != plain, change


def change_history(folder):
    state = json.loads((folder / "state.json").read_text())
    state["history"] = [list(row.values()) for row in state["history"]]
    (folder / "state.json").write_text(json.dumps(state))


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES = {
    "state.json cut short": lambda folder: cut(folder / "state.json"),
    "state.json of another kind": lambda folder: (folder / "state.json").write_text("[1]"),
    "state.json empty": lambda folder: (folder / "state.json").write_text("{}"),
    "state.json not text": lambda folder: (folder / "state.json").write_bytes(b"\xff\xfe\x00"),
    "history of a wrong shape": change_history,
    "best.pt missing": lambda folder: (folder / "epoch-3/best.pt").unlink(),
    "best.pt cut short": lambda folder: cut(folder / "epoch-3/best.pt"),
    "best.pt with one bit changed": lambda folder: flip(folder / "epoch-3/best.pt"),
    "weights with one bit changed": lambda folder: flip(folder / "epoch-3/model.safetensors"),
    "optimiser cut short": lambda folder: cut(folder / "epoch-3/optimizer.bin"),
    "no state at all": lambda folder: shutil.rmtree(folder / "epoch-3"),
}


@pytest.fixture(scope="module")
def killed(recipe, gallery, tmp_path_factory):
    """A run that was killed after three of five epochs, and the result without the kill."""
    folder = tmp_path_factory.mktemp("damage")
    five = recipe.changed(epochs=5)
    with pytest.raises(Interrupt):
        fit.run(five, [gallery], folder / "c", interrupted_after(0, 3))
    return five, folder / "c", fit.run(five, [gallery], folder / "whole", silent)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_starts_anew_and_says_so(killed, gallery, tmp_path, capsys, damage):
    five, folder, whole = killed
    shutil.copytree(folder, tmp_path / "c")
    DAMAGES[damage](tmp_path / "c/unfinished/head-0")
    same(fit.run(five, [gallery], tmp_path / "c", silent), whole)
    said = capsys.readouterr().err
    assert "going on" not in said
    assert [line for line in said.splitlines() if "damaged" in line and line.endswith("training starts anew")], said


def test_an_undamaged_copy_goes_on(killed, gallery, tmp_path, capsys):
    five, folder, whole = killed
    shutil.copytree(folder, tmp_path / "c")
    same(fit.run(five, [gallery], tmp_path / "c", silent), whole)
    assert "tiny-arcface: going on after epoch 3" in capsys.readouterr().err


def test_ctrl_c_ends_with_status_130_and_says_how_to_continue(small):
    recipe, photos, folder = small
    arguments = [*command(recipe, photos, folder), str(folder / "interrupted")]
    state_file = folder / "interrupted/unfinished/head-0/state.json"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(arguments, cwd=ROOT, env=one_thread(), **pipes) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None and not state_file.is_file():
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err[-2000:]
    assert err.splitlines()[-1] == "Interrupted. The same command continues after the last finished epoch."
    assert "Traceback" not in err


def test_early_stopping_is_not_forgotten_when_a_run_goes_on(recipe, gallery, tmp_path):
    early = recipe.changed(epochs=30, patience=2, learning_rate=0.3)
    whole = fit.run(early, [gallery], tmp_path / "whole", silent)
    n = len(open_checkpoint(str(whole)).history)
    assert 2 < n < 30
    with pytest.raises(Interrupt):
        fit.run(early, [gallery], tmp_path / "c", interrupted_after(0, n - 1))
    same(fit.run(early, [gallery], tmp_path / "c", silent), whole)


def test_a_locked_head_stays_in_evaluation_mode():
    data = numbers()
    system = system_of(data)
    system.head = nn.Sequential(nn.BatchNorm1d(D), nn.Dropout(), nn.Linear(D, 4))
    assert system.train().head[0].training
    system.head.requires_grad_(False)
    assert not system.train().head[0].training
    assert system.training
