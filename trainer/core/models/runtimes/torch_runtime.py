"""PyTorch, without compilation: runs every network, and on a GPU if there is one."""

import contextlib

import numpy as np
import torch

from trainer.core.models.runtimes.base import Encode, Network, PixelNetwork, Runtime


class TorchRuntime(Runtime):
    title = "PyTorch"

    def arithmetic(self, device: torch.device) -> contextlib.AbstractContextManager:
        """The context of a forward pass."""
        return contextlib.nullcontext()

    def is_available(self) -> bool:
        return True

    def encoder(self, network: Network) -> Encode:
        module = PixelNetwork(network)
        device = module.mean.device

        def encode(pixels: np.ndarray) -> np.ndarray:
            with torch.inference_mode(), self.arithmetic(device):
                return module(torch.from_numpy(pixels).to(device)).cpu().numpy()

        return encode


class TorchBf16Runtime(TorchRuntime):
    """Several times as fast on a GPU; only by choice, as neighbours can change places."""

    title = "PyTorch bf16"
    precision = "bf16"

    def arithmetic(self, device: torch.device) -> contextlib.AbstractContextManager:
        return torch.autocast(device.type, torch.bfloat16)
