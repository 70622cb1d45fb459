"""The training loop, on `accelerate`: the same on a CPU, a GPU, in half precision or over several processes.

history = train(system, plan, accelerator, progress)        # leaves the best epoch's weights in the system
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import operator
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedDataParallelKwargs

from trainer.core.cache import digest, whole_file
from trainer.core.errors import UserError
from trainer.core.progress import Progress
from trainer.training.objective import System

STATE_FILE = "state.json"
OTHER_RUN = "{path} is of a run with other data or settings, or on other devices"
# what chooses the epoch: a column of the history, and whether a value in it is better than another
BEST_BY: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "val_guie_mp5": ("val_guie_mp5", operator.gt),
    "val_study_mp5": ("val_study_mp5", operator.gt),
    "val_loss": ("val_loss", operator.lt),
    "last": ("epoch", operator.gt),
}


@dataclass(frozen=True)
class LoopConfig:
    """One stretch of training. `batches(epoch)` are row numbers of whole batches, decided by the epoch alone;
    `inputs(rows)` are what the system takes for some of them; `measure()` gives the epoch's validation figures."""

    name: str
    key: str  # changes with all that the result depends on: a state left by another key is not resumed
    epochs: int
    batches: Callable[[int], Iterator[torch.Tensor]]
    steps_per_epoch: int
    inputs: Callable[[torch.Tensor], torch.Tensor]
    measure: Callable[[], dict[str, float]]
    parameters: list[dict[str, Any]]  # groups of AdamW
    learning_rate: float  # the highest of the schedule, recorded in the history times the schedule's factor
    best_by: str
    patience: int
    warmup_share: float
    final_rate_share: float
    seed: int
    state_dir: Path | None = None
    keep: Callable[[int], None] | None = None  # called with the number of each epoch that ended, and 0 before the first


def start(mixed_precision: str, accumulate: int) -> Accelerator:
    """The accelerator of this process. One process may train twice with different settings, as tests do."""
    if AcceleratorState._shared_state and PartialState().num_processes == 1:
        AcceleratorState._reset_state()
    accelerator = Accelerator(
        mixed_precision=mixed_precision,
        gradient_accumulation_steps=accumulate,
        step_scheduler_with_optimizer=False,
        # BatchNorm here sees the whole batch in every process, so its buffers are equal already.
        kwargs_handlers=[DistributedDataParallelKwargs(broadcast_buffers=False)],
    )
    if mixed_precision != "no" and not accelerator.native_amp:  # it would go on in float32 without a word
        raise UserError(
            f"recipe: mixed_precision is {mixed_precision}: expected no or bf16 on a {accelerator.device.type}."
        )
    return accelerator


def is_first_process() -> bool:
    """The one that writes and prints, of those that train together."""
    return PartialState().is_main_process


def train(system: System, plan: LoopConfig, accelerator: Accelerator, progress: Progress) -> pd.DataFrame:
    """One row an epoch; its `learning_rate` is that of the epoch's last step.

    Resumes from `plan.state_dir` where that holds a state of the same plan, finished or not, and replaces any other or
    damaged one, which one line says; stops after `patience` epochs without a better one.
    """
    optimiser = torch.optim.AdamW(plan.parameters)
    steps = max(1, plan.epochs * -(-plan.steps_per_epoch // accelerator.gradient_accumulation_steps))

    def factor(step: int) -> float:
        return rate(step, steps, plan.warmup_share, plan.final_rate_share)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
    wrapped, optimiser, schedule = accelerator.prepare(system, optimiser, schedule)
    run = TrainState(plan, system, accelerator)
    run.resume()
    if not run.history:
        run.keep(0)
    epochs = progress(range(1, plan.epochs + 1), total=plan.epochs, desc=plan.name, unit="epoch")
    for epoch in epochs:
        if run.finished or epoch <= len(run.history):
            continue
        begin = time.perf_counter()
        # Dropout too is decided by the epoch: a resumed run is the same as one that ran through.
        torch.manual_seed(plan.seed * 100_003 + epoch)
        terms = _epoch(wrapped, plan, epoch, accelerator, optimiser, schedule)
        system.eval()
        last_step = schedule.scheduler.last_epoch - 1  # the schedule already holds the next step
        row = {"epoch": epoch, **terms, **plan.measure(), "learning_rate": plan.learning_rate * factor(last_step)}
        run.keep(epoch)  # before the state that says that this epoch is over
        run.add({**row, "time_s": time.perf_counter() - begin})
        if run.has_waited_long_enough():
            break
    run.finish()
    accelerator.free_memory()  # else the next stretch would save and load this one's state along with its own
    return pd.DataFrame(run.history)


def rate(step: int, steps: int, warmup_share: float, final_share: float = 0.0) -> float:
    """Linear warm-up, then half a cosine down to `final_share`; a factor of the learning rate."""
    warmup = max(1, round(warmup_share * steps))
    if step < warmup:
        return (step + 1) / warmup
    falling = 0.5 * (1 + float(np.cos(np.pi * min(1.0, (step - warmup) / max(1, steps - warmup)))))
    return final_share + (1 - final_share) * falling


def _epoch(
    wrapped: torch.nn.Module, plan: LoopConfig, epoch: int, accelerator: Accelerator, optimiser: Any, schedule: Any
) -> dict[str, float]:
    """Means over the epoch's pictures of the loss and its terms."""
    wrapped.train()
    totals: dict[str, float] = {}
    seen = 0
    for number, rows in enumerate(plan.batches(epoch), start=1):
        ends = number % accelerator.gradient_accumulation_steps == 0 or number == plan.steps_per_epoch
        with contextlib.nullcontext() if ends else accelerator.no_sync(wrapped):
            own = rows.tensor_split(accelerator.num_processes)[accelerator.process_index]
            with accelerator.autocast():
                terms = wrapped(plan.inputs(own), rows.to(accelerator.device))
            accelerator.backward(terms.pop("total"))
        if ends:
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
        for name, value in terms.items():
            totals[name] = totals.get(name, 0.0) + value.item() * len(rows)
        seen += len(rows)
    return {name: total / max(1, seen) for name, total in totals.items()}


class TrainState:
    """What has happened so far: the history, the best weights, and their copy on disk."""

    def __init__(self, plan: LoopConfig, system: System, accelerator: Accelerator) -> None:
        self.plan, self.system, self.accelerator = plan, system, accelerator
        self.history: list[dict[str, float]] = []
        self.best: dict[str, torch.Tensor] = copy.deepcopy(system.state_dict())
        self.best_epoch = 0
        self.finished = False
        # A state holds the weights as one process or several wrap them.
        self.key = f"{plan.key} in {accelerator.num_processes} processes on {accelerator.device.type}"

    def keep(self, epoch: int) -> None:
        if self.plan.keep and self.accelerator.is_main_process:
            self.plan.keep(epoch)

    def add(self, row: dict[str, float]) -> None:
        self.history.append(row)
        if self._is_best(row):
            self.best, self.best_epoch = copy.deepcopy(self.system.state_dict()), len(self.history)
        if self.plan.state_dir and len(self.history) < self.plan.epochs:
            self._save(self.plan.state_dir)

    def _is_best(self, row: dict[str, float]) -> bool:
        """Where nothing is held out there is nothing to choose by, and the last epoch is kept."""
        column, better = BEST_BY[self.plan.best_by]
        best = self.history[self.best_epoch - 1][column] if self.best_epoch else np.nan
        return bool(np.isnan(best)) or better(row[column], best)

    def has_waited_long_enough(self) -> bool:
        return 0 < self.plan.patience <= len(self.history) - self.best_epoch

    def finish(self) -> None:
        self.system.load_state_dict(self.best)
        if self.plan.state_dir and not self.finished:
            self.finished = True
            self._save(self.plan.state_dir)

    def _save(self, folder: Path) -> None:
        """Whole or not at all: the new state is complete before `state.json` points to it."""
        part = folder / ("finished" if self.finished else f"epoch-{len(self.history)}")
        if not self.finished:
            self.accelerator.save_state(str(part))
            self.accelerator.wait_for_everyone()  # each process has a file of its own in it
        if self.accelerator.is_main_process:
            part.mkdir(parents=True, exist_ok=True)
            torch.save(self.best, part / "best.pt")
            state = {"key": self.key, "part": part.name, "history": self.history, "best_epoch": self.best_epoch,
                     "files": _file_digests(part)}  # fmt: skip
            with whole_file(folder / STATE_FILE) as file:
                file.write_text(json.dumps({**state, "digest": digest(state)}))
            for old in folder.iterdir():
                if old.is_dir() and old != part:
                    shutil.rmtree(old)
        self.accelerator.wait_for_everyone()

    def resume(self) -> None:
        """Go on from the state on disk. A state of another run and a damaged one are removed, and one line says so."""
        folder = self.plan.state_dir
        if folder is None or not folder.exists():
            return
        state, problem = _read_state(folder, self.key)
        self.accelerator.wait_for_everyone()  # all have read it
        if problem:
            self.accelerator.print(f"{self.plan.name}: {problem}; training starts anew", file=sys.stderr)
            if self.accelerator.is_main_process:
                shutil.rmtree(folder)
            self.accelerator.wait_for_everyone()  # before the first epoch is saved there
        if not state:
            return
        part = folder / state["part"]
        self.finished = part.name == "finished"
        if not self.finished:
            self.accelerator.load_state(str(part))
        self.best = torch.load(part / "best.pt", map_location=self.accelerator.device, weights_only=True)
        self.history, self.best_epoch = state["history"], state["best_epoch"]
        if not self.finished:
            self.accelerator.print(f"{self.plan.name}: going on after epoch {len(self.history)}", file=sys.stderr)


def _read_state(folder: Path, key: str) -> tuple[dict[str, Any], str]:
    """The state in a folder, empty if there is none or it cannot be used, and then the reason.

    Every file is compared with its digest before anything is loaded, so that a damaged state leaves the system as it
    was.
    """
    path = folder / STATE_FILE
    if not path.exists():  # killed before the first epoch was saved
        return {}, ""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        if state["key"] != key:
            return {}, OTHER_RUN.format(path=path)
        if state.pop("digest", "") != digest(state):
            return {}, f"{path} is damaged"
        if state["files"] != _file_digests(folder / state["part"]):
            return {}, f"the unfinished state in {folder / state['part']} is damaged"
    except (OSError, ValueError, TypeError, LookupError) as error:
        return {}, f"{path} is damaged ({type(error).__name__})"
    return state, ""


def _file_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a folder by its relative path."""
    digests = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            digests[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
