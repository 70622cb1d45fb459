"""Layers over a batch that is split: two real processes give what one does, values and gradients."""

import numpy as np
import pytest
import torch
from torch import distributed, multiprocessing, nn

from trainer.core.models.distributed import DistributedBatchNorm, DistributedDropout, gather_batch, is_distributed

ROWS, WIDTH = 7, 5  # an odd number, so that one process has more rows than the other


def batch():
    x = torch.randn(ROWS, WIDTH, generator=torch.Generator().manual_seed(0)) * torch.arange(1, WIDTH + 1)
    return x, torch.randn(ROWS, ROWS, generator=torch.Generator().manual_seed(1))


def parts():
    """BatchNorm, dropout, a layer; the loss reaches over all pairs of the batch."""
    torch.manual_seed(2)
    return nn.Sequential(DistributedBatchNorm(WIDTH), DistributedDropout(0.4), nn.Linear(WIDTH, 3))


def run(own, rank=0, world=1):
    """What one process knows after a step; gradients are averaged over processes, as in training."""
    model, (x, weights) = parts(), batch()
    rows = x.tensor_split(world)[rank].clone().requires_grad_()
    torch.manual_seed(3)
    z = gather_batch(model(rows))
    loss = (z @ z.T * weights).sum()
    loss.backward()
    gradients = [p.grad for p in model.parameters()]
    if world > 1:
        for gradient in gradients:
            distributed.all_reduce(gradient)
            gradient /= world
    norm = model[0]
    found = {f"gradient {i}": g for i, g in enumerate(gradients)}
    found |= {"z": z.detach(), "loss": loss.detach(), "input": rows.grad / world, "mean": norm.running_mean}
    found |= {"var": norm.running_var, "batches": norm.num_batches_tracked.float()}
    model.eval()
    found["eval"] = model(rows).detach()
    own.update({name: value.numpy() for name, value in found.items()})


def one_of_two(rank, store, out):
    distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=2)
    assert is_distributed()
    found = {}
    run(found, rank, 2)
    mask = DistributedDropout(0.5)(torch.ones(0 if rank else 4, 3))  # a process may even have no rows
    found["no rows"] = gather_batch(mask).numpy()
    np.savez(f"{out}/{rank}.npz", **found)
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    multiprocessing.spawn(one_of_two, (folder / "store", folder), nprocs=2)
    return [dict(np.load(folder / f"{rank}.npz")) for rank in range(2)]


@pytest.fixture(scope="module")
def one():
    found = {}
    run(found)
    return found


def test_values_and_statistics_equal_one_process(one, two):
    for name in ("z", "loss", "mean", "var", "batches"):
        for process in two:
            np.testing.assert_allclose(process[name], one[name], rtol=1e-5, atol=1e-6, err_msg=name)
    assert (one["z"] != 0).any()
    assert one["batches"] == 1
    np.testing.assert_allclose(np.concatenate([p["eval"] for p in two]), one["eval"], rtol=1e-5, atol=1e-6)


def test_gradients_equal_one_process(one, two):
    names = [name for name in one if name.startswith("gradient")]
    assert len(names) == 4  # scale and shift of BatchNorm, weight and bias
    for name in names:
        assert np.abs(one[name]).max() > 1e-3
        for process in two:
            np.testing.assert_allclose(process[name], one[name], rtol=1e-4, atol=1e-5, err_msg=name)
    # Of the rows too, so that an encoder below learns the same; each process's are summed over processes.
    np.testing.assert_allclose(np.concatenate([p["input"] for p in two]), one["input"], rtol=1e-4, atol=1e-5)


def test_a_process_may_have_no_rows(two):
    assert two[0]["no rows"].shape == (4, 3)
    assert set(np.unique(two[0]["no rows"])) <= {0.0, 2.0}
    np.testing.assert_array_equal(two[0]["no rows"], two[1]["no rows"])


def test_in_one_process_they_are_the_plain_layers():
    x, _ = batch()
    assert not is_distributed()
    assert gather_batch(x) is x
    for shared, plain in (
        (DistributedBatchNorm(WIDTH), nn.BatchNorm1d(WIDTH)),
        (DistributedDropout(0.4), nn.Dropout(0.4)),
    ):
        torch.manual_seed(0)
        one = shared(x)
        torch.manual_seed(0)
        assert torch.equal(one, plain(x))
