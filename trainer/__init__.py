"""The trainer: recipes in, checkpoints out. `python -m trainer --help` shows its verbs.

    python -m trainer evaluate --gallery sample --checkpoint arcface-bn-lite2

Importing it settles two things that belong to the whole process and must come before torch loads.
"""

import ctypes
import os
import platform

# Waiting OpenMP threads spin by default and starve whatever else runs on a small machine: one forward pass of a
# ViT-B/32 went from 65 ms to 1,380 ms.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _keep_freed_memory() -> None:
    """Let glibc reuse the memory of one layer for the next instead of returning it to the kernel each time.

    A batch of 32 pictures through EfficientNet-Lite2 on two cores went from 69 to 20 ms a picture; the rest was the
    kernel clearing pages.
    """
    if platform.libc_ver()[0] == "glibc":
        m_trim_threshold, m_mmap_max = -1, -4  # malloc.h
        libc = ctypes.CDLL(None)
        libc.mallopt(m_trim_threshold, 2**31 - 1)
        libc.mallopt(m_mmap_max, 0)


_keep_freed_memory()
