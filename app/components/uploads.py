"""Uploaded files: each is read once and then deleted, so that no image of a visitor stays on the server's disk."""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from weakref import WeakValueDictionary

from gradio.utils import get_upload_folder

from app.library.query import Query
from trainer.core.errors import UserError

_queries: MutableMapping[str, Query] = WeakValueDictionary()  # by path, as long as a visitor has them


def checked_upload(path: object) -> str:
    """The path, if it is that of an uploaded file. Raises UserError for anything else; it comes from the browser."""
    folder = Path(get_upload_folder()).resolve()
    if isinstance(path, str) and "\0" not in path and Path(path).resolve().is_relative_to(folder):
        return path
    raise UserError("Expected an uploaded image, found a path; upload the image.", key="image_not_uploaded")


def read_once(path: str, read: Callable[[str], Query]) -> Query:
    """`read(path)`; then the file is deleted, also after an error.

    Gradio stores equal files under one path, which contains a hash of their content. So a visitor may find that the
    file was deleted for another visitor, and gets the same query.
    """
    shared = _queries.get(path)
    try:
        query = read(path)
    except Exception:
        if shared is None or Path(path).exists():
            raise
        return shared
    else:
        _queries[path] = query
        return query
    finally:
        Path(path).unlink(missing_ok=True)
