"""PyTorch, without compilation: runs every network, and on a GPU if there is one."""

import numpy as np
import torch

from trainer.core.models.runtimes.base import Encode, Network, PixelNetwork, Runtime


class TorchRuntime(Runtime):
    title = "PyTorch"

    def is_available(self) -> bool:
        return True

    def encoder(self, network: Network) -> Encode:
        module = PixelNetwork(network)

        def encode(pixels: np.ndarray) -> np.ndarray:
            with torch.inference_mode():
                return module(torch.from_numpy(pixels).to(module.mean.device)).cpu().numpy()

        return encode
