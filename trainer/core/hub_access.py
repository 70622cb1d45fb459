"""The Hugging Face Hub: whether it is reachable, and which of its files are in the local cache.

check_hub()                                                  # raises within seconds if the Hub does not answer
cached_file("timm/resnet50.a1_in1k", "model.safetensors")    # Path, or None
with hub_or_cache() as unreachable:                          # without it the library would retry for half a minute
    snapshot_download("OWNER/NAME")
"""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from trainer.core.errors import UserError, one_line

OFFLINE_LOCK = threading.RLock()  # the switch belongs to the whole process
TIMEOUT_S = 4  # for the connection, and again for the answer


class HubUnreachable(UserError):
    """No network, no answer from the Hub, or downloads are switched off by HF_HUB_OFFLINE."""


def check_hub() -> None:
    """Raise HubUnreachable within 2 x TIMEOUT_S seconds if a download cannot succeed."""
    from huggingface_hub import constants
    from huggingface_hub.utils import get_session

    if constants.HF_HUB_OFFLINE:
        raise HubUnreachable("HF_HUB_OFFLINE is set, so nothing is downloaded")
    try:
        get_session().head(constants.ENDPOINT, timeout=TIMEOUT_S)
    except Exception as error:  # the exceptions depend on the HTTP client, which has changed twice
        raise HubUnreachable(f"{constants.ENDPOINT} does not answer: {one_line(error)}") from error


def cached_file(repository: str, *names: str) -> Path | None:
    """The first of these files of a repository that is in the Hub's cache, or None."""
    from huggingface_hub import try_to_load_from_cache

    if not repository:
        return None
    for name in names:
        path = try_to_load_from_cache(repository, name)
        if isinstance(path, str):
            return Path(path)
    return None


@contextlib.contextmanager
def hub_or_cache() -> Iterator[HubUnreachable | None]:
    """Let the Hub's libraries download if the Hub is reachable, and otherwise read their cache without retries.

    Yields the reason if the Hub is not reachable, for the message in case the cache is incomplete.
    """
    from huggingface_hub import constants

    try:
        check_hub()
    except HubUnreachable as error:
        with OFFLINE_LOCK:
            before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
            try:
                yield error
            finally:
                constants.HF_HUB_OFFLINE = before
        return
    yield None
