"""The state of one training: what it consists of, its history and best weights, and their copy on disk."""

import copy
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator

from trainer.core.cache import digest
from trainer.core.files import failed_writes_explained, whole_file
from trainer.training.epoch_choice import BEST_BY
from trainer.training.objective.objective import System

STATE_FILE = "state.json"
OTHER_RUN = "{path} is of a run with other data or settings, or on other devices"


@dataclass(frozen=True)
class LoopConfig:
    """One training. `batches(epoch)` gives the row numbers of whole batches and depends on the epoch alone;
    `inputs(rows)` gives the inputs of the system for some rows; `measure()` gives the validation scores of an epoch."""

    name: str
    key: str  # changes with everything that the result depends on: a state with another key is not resumed
    epochs: int
    batches: Callable[[int], Iterator[torch.Tensor]]
    steps_per_epoch: int
    inputs: Callable[[torch.Tensor], torch.Tensor]
    measure: Callable[[], dict[str, float]]
    parameters: list[dict[str, Any]]  # parameter groups of AdamW
    learning_rate: float  # the maximum of the schedule
    best_by: str
    patience: int
    warmup_share: float
    final_rate_share: float
    seed: int
    state_dir: Path | None = None
    on_epoch: Callable[[int], None] | None = None  # called with the number of each finished epoch, and 0 at the start


class TrainState:
    """The history and the best weights so far, and their copy on disk."""

    def __init__(self, config: LoopConfig, system: System, accelerator: Accelerator) -> None:
        self.config, self.system, self.accelerator = config, system, accelerator
        self.history: list[dict[str, float]] = []
        self.best: dict[str, torch.Tensor] = copy.deepcopy(system.state_dict())
        self.best_epoch = 0
        self.finished = False
        # The saved weights depend on how many processes wrap them.
        self.key = f"{config.key} in {accelerator.num_processes} processes on {accelerator.device.type}"

    def epoch_ended(self, epoch: int) -> None:
        if self.config.on_epoch and self.accelerator.is_main_process:
            self.config.on_epoch(epoch)

    def add(self, row: dict[str, float]) -> None:
        self.history.append(row)
        if self._is_best(row):
            self.best, self.best_epoch = copy.deepcopy(self.system.state_dict()), len(self.history)
        if self.config.state_dir and len(self.history) < self.config.epochs:
            self._save(self.config.state_dir)

    def _is_best(self, row: dict[str, float]) -> bool:
        """Every epoch is the best so far if there is nothing to choose by, so that the last one is kept."""
        column, better = BEST_BY[self.config.best_by]
        best = self.history[self.best_epoch - 1][column] if self.best_epoch else np.nan
        return bool(np.isnan(best)) or better(row[column], best)

    def out_of_patience(self) -> bool:
        return 0 < self.config.patience <= len(self.history) - self.best_epoch

    def finish(self) -> None:
        self.system.load_state_dict(self.best)
        if self.config.state_dir and not self.finished:
            self.finished = True
            self._save(self.config.state_dir)

    def _save(self, folder: Path) -> None:
        """Write the new state completely before `state.json` points to it. Raises StorageError."""
        with failed_writes_explained(folder):
            self._write(folder)

    def _write(self, folder: Path) -> None:
        new = folder / ("finished" if self.finished else f"epoch-{len(self.history)}")
        if not self.finished:
            self.accelerator.save_state(str(new))
            self.accelerator.wait_for_everyone()  # each process writes a file of its own
        if self.accelerator.is_main_process:
            new.mkdir(parents=True, exist_ok=True)
            torch.save(self.best, new / "best.pt")
            state = {"key": self.key, "part": new.name, "history": self.history, "best_epoch": self.best_epoch,
                     "files": _file_digests(new)}  # fmt: skip
            with whole_file(folder / STATE_FILE) as file:
                file.write_text(json.dumps({**state, "digest": digest(state)}))
            for old in folder.iterdir():
                if old.is_dir() and old != new:
                    shutil.rmtree(old)
        self.accelerator.wait_for_everyone()

    def resume(self) -> None:
        """Continue from the state on disk. A damaged state or that of another run is removed, and one line says so."""
        folder = self.config.state_dir
        if folder is None or not folder.exists():
            return
        state, problem = _read_state(folder, self.key)
        self.accelerator.wait_for_everyone()  # until all have read it
        if problem:
            self.accelerator.print(f"{self.config.name}: {problem}; training starts anew", file=sys.stderr)
            if self.accelerator.is_main_process:
                shutil.rmtree(folder)
            self.accelerator.wait_for_everyone()  # before the first epoch is saved there
        if not state:
            return
        saved = folder / state["part"]
        self.finished = saved.name == "finished"
        if not self.finished:
            self.accelerator.load_state(str(saved))
        self.best = torch.load(saved / "best.pt", map_location=self.accelerator.device, weights_only=True)
        self.history, self.best_epoch = state["history"], state["best_epoch"]
        if not self.finished:
            self.accelerator.print(f"{self.config.name}: going on after epoch {len(self.history)}", file=sys.stderr)


def _read_state(folder: Path, key: str) -> tuple[dict[str, Any], str]:
    """The state in a folder and an empty text; or an empty state and the reason, empty too if nothing was saved.

    Every file is compared with its digest before anything is loaded: a damaged state does not change the system.
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
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        return {}, f"{path} is damaged ({type(error).__name__})"
    return state, ""


def _file_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a folder by its relative path."""
    digests = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            digests[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
