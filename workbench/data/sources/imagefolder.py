"""Hugging Face's ``imagefolder`` layout, as the source that reads it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from workbench.data.sources.folder import ImageFolder
from workbench.data.sources.lists import TextLists
from workbench.data.sources.tables import has_labels
from workbench.errors import DataError, NotFound

_SPLITS = {
    "train": ("train", "training"),
    "val": ("validation", "val", "valid", "dev"),
    "test": ("test", "testing"),
}
_METADATA = ("metadata.csv", "metadata.jsonl")


def imagefolder(
    path: str | os.PathLike[str], *, validation_percent: float = 25, test_percent: float = 0
) -> ImageFolder | TextLists:
    """The source for a folder laid out as Hugging Face's ``imagefolder``.

    The folder may have sub-folders ``train``, ``validation`` and ``test``; each has either a
    sub-folder a class, or ``metadata.csv`` or ``metadata.jsonl`` with ``file_name`` and ``label``.
    Percentages count for splits without a folder.

    Raises:
        NotFound: there is no such folder.
        DataError: a metadata file cannot be read, or one split alone has one.
    """
    root = os.path.abspath(os.path.expanduser(path))
    if not os.path.isdir(root):
        raise NotFound(f"there is no folder {root}")
    folders = {split: _first(root, names, os.path.isdir) for split, names in _SPLITS.items()}
    train, val, test = folders["train"] or root, folders["val"], folders["test"]
    if folders["train"] is None:
        val = test = None
    shares: dict[str, Any] = {
        "validation_percent": validation_percent,
        "test_percent": test_percent,
    }
    lists = [_metadata(folder) for folder in (train, val, test)]
    if lists[0] is None:
        return ImageFolder(train, validation_folder=val, test_folder=test, **shares)
    for folder, found in ((val, lists[1]), (test, lists[2])):
        if folder is not None and found is None:
            raise DataError(f"{folder} has no metadata file, but {train} has one")
    return TextLists(lists[0], lists[1], lists[2], confined=True, **shares)


def _metadata(folder: str | None) -> str | None:
    """The table of a folder's images and classes, if it has one."""
    found = None if folder is None else _first(folder, _METADATA, os.path.isfile)
    return found if found is not None and has_labels(found) else None


def _first(folder: str, names: tuple[str, ...], holds: Callable[[str], bool]) -> str | None:
    paths = (os.path.join(folder, name) for name in names)
    return next((path for path in paths if holds(path)), None)
