"""Settings of the whole process. Entry points call `configure_process` once, before torch loads; libraries never do."""

import contextlib
import ctypes
import functools
import os
import platform
import threading
from collections.abc import Iterator
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8  # parameters of mallopt, as in glibc's malloc.h

GLOBAL_LAYERS = ("pthreads", "intel", "gnu", "tbb")  # of threadpoolctl: the number of threads is one of the process
_products = threading.Lock()  # of `one_thread_a_product`


def configure_process(server: bool = False) -> None:
    """Let idle OpenMP threads sleep, and let glibc keep freed memory.

    `server`: threads share two arenas of glibc's malloc. With an arena for each, a page needed 310 MB more after two
    minutes of 50 clients, instead of 60 MB.

    By default, idle OpenMP threads spin and take the CPU from other processes: one forward pass of a ViT-B/32 took
    1,380 ms beside a busy process, and 65 ms with this setting. A value of OMP_WAIT_POLICY in the environment wins.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _keep_freed_memory()
    if server and platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def release_freed_memory() -> None:
    """Return memory that is not in use to the system, after work that needed much more than usual.

    An image of 49 megapixels needs 400 MB while it is read, which `configure_process` would keep for ever.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


@contextlib.contextmanager
def one_thread_a_product() -> Iterator[int]:
    """Inside, each matrix product of NumPy runs in the thread that calls it; gives the number of threads to start.

    Several threads that each compute small products are faster than one whose small products are shared out. The limit
    is one of the whole process, and threadpoolctl lets one thread set it: other threads get a 1.
    """
    if not _products.acquire(blocking=False):
        yield 1
        return
    try:
        libraries = _blas()
        threads = max([library["num_threads"] for library in libraries.info()], default=1)
        with libraries.limit(limits=1):
            yield threads
    finally:
        _products.release()


@functools.cache
def _blas() -> Any:
    """The BLAS of NumPy and others that are loaded at the first call, as looking for them takes 5 ms.

    Not those on OpenMP, such as that of FAISS: they have a limit for each thread, which would stay in the caller's.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas").select(threading_layer=list(GLOBAL_LAYERS))


def _keep_freed_memory() -> None:
    """Reuse the memory of one layer for the next instead of returning it to the kernel each time.

    With EfficientNet-Lite2 on two cores and batches of 32 images, this reduces the time for one image from 69 ms to
    20 ms. The kernel spends the difference on clearing pages.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
        libc.mallopt(M_MMAP_MAX, 0)
