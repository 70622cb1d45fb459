"""The training loop, on `accelerate`: the same on a CPU, on a GPU, in half precision and over several processes.

history = train(system, config, accelerator, progress)        # leaves the weights of the best epoch in the system
"""

import contextlib
import time
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedDataParallelKwargs

from trainer.core.errors import UserError
from trainer.core.progress import Progress
from trainer.training.objective.objective import System
from trainer.training.train_state import LoopConfig, TrainState


def start(mixed_precision: str, accumulate: int) -> Accelerator:
    """The accelerator of this process. One process may train twice with different settings, as tests do."""
    if AcceleratorState._shared_state and PartialState().num_processes == 1:
        AcceleratorState._reset_state()
    accelerator = Accelerator(
        mixed_precision=mixed_precision,
        gradient_accumulation_steps=accumulate,
        step_scheduler_with_optimizer=False,
        # BatchNorm here computes its statistics from the whole batch in every process, so its buffers are equal.
        kwargs_handlers=[DistributedDataParallelKwargs(broadcast_buffers=False)],
    )
    if mixed_precision != "no" and not accelerator.native_amp:  # accelerate would silently train in float32
        raise UserError(
            f"recipe: mixed_precision is {mixed_precision}: expected no or bf16 on a {accelerator.device.type}."
        )
    return accelerator


def is_first_process() -> bool:
    """Whether this process writes and prints for all that train together."""
    return PartialState().is_main_process


def train(system: System, config: LoopConfig, accelerator: Accelerator, progress: Progress) -> pd.DataFrame:
    """The history, one row for each epoch; its `learning_rate` is that of the epoch's last step.

    Resumes from `config.state_dir` if that holds a state with the same key, finished or not; a state with another key
    or a damaged one is replaced, and one line says so. Stops after `patience` epochs without a better one.
    """
    optimiser = torch.optim.AdamW(config.parameters)
    steps = max(1, config.epochs * -(-config.steps_per_epoch // accelerator.gradient_accumulation_steps))

    def factor(step: int) -> float:
        return rate(step, steps, config.warmup_share, config.final_rate_share)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
    wrapped, optimiser, schedule = accelerator.prepare(system, optimiser, schedule)
    state = TrainState(config, system, accelerator)
    state.resume()
    if not state.history:
        state.epoch_ended(0)
    for epoch in progress(range(1, config.epochs + 1), total=config.epochs, desc=config.name, unit="epoch"):
        if state.finished or epoch <= len(state.history):
            continue
        begin = time.perf_counter()
        # The epoch decides the dropout masks, so that a resumed run equals an uninterrupted one.
        torch.manual_seed(config.seed * 100_003 + epoch)
        terms = _epoch(wrapped, config, epoch, accelerator, optimiser, schedule)
        system.eval()
        last_step = schedule.scheduler.last_epoch - 1  # the schedule already holds the next step
        row = {"epoch": epoch, **terms, **config.measure(), "learning_rate": config.learning_rate * factor(last_step)}
        state.epoch_ended(epoch)  # before `add` saves that this epoch is over
        state.add({**row, "time_s": time.perf_counter() - begin})
        if state.out_of_patience():
            break
    state.finish()
    accelerator.free_memory()  # otherwise the next training would save and load the objects of this one too
    return pd.DataFrame(state.history)


def rate(step: int, steps: int, warmup_share: float, final_share: float = 0.0) -> float:
    """Factor of the learning rate: linear warm-up, then half a cosine down to `final_share`."""
    warmup = max(1, round(warmup_share * steps))
    if step < warmup:
        return (step + 1) / warmup
    falling = 0.5 * (1 + float(np.cos(np.pi * min(1.0, (step - warmup) / max(1, steps - warmup)))))
    return final_share + (1 - final_share) * falling


def _epoch(
    wrapped: torch.nn.Module, config: LoopConfig, epoch: int, accelerator: Accelerator, optimiser: Any, schedule: Any
) -> dict[str, float]:
    """Means of the loss and its terms over the images of the epoch."""
    wrapped.train()
    totals: dict[str, float] = {}
    n_images = 0
    for number, rows in enumerate(config.batches(epoch), start=1):
        steps_now = number % accelerator.gradient_accumulation_steps == 0 or number == config.steps_per_epoch
        with contextlib.nullcontext() if steps_now else accelerator.no_sync(wrapped):
            local = rows.tensor_split(accelerator.num_processes)[accelerator.process_index]
            with accelerator.autocast():
                terms = wrapped(config.inputs(local), rows.to(accelerator.device))
            accelerator.backward(terms.pop("total"))
        if steps_now:
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
        for name, value in terms.items():
            totals[name] = totals.get(name, 0.0) + value.item() * len(rows)
        n_images += len(rows)
    return {name: total / max(1, n_images) for name, total in totals.items()}
