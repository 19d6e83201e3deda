"""Prebuilt databases of images, recognised by their content."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.data.sources.stores.arrays import ArrayStore, splits_of
from workbench.data.sources.stores.base import Entry, Image, Store
from workbench.data.sources.stores.exported import layout, read_label_names
from workbench.data.sources.stores.hdf5 import SIGNATURE, Hdf5Store
from workbench.data.sources.stores.listed import ListStore, inside
from workbench.data.sources.stores.lmdb import FILE, LmdbStore
from workbench.data.sources.stores.tfrecord import RecordStore, is_record_file
from workbench.data.sources.text import read_lines
from workbench.errors import DataError, NotFound

__all__ = ["Entry", "Image", "Store", "find_stores", "layout", "read_label_names"]

_LIST = "list.txt"
_SOUGHT = "an LMDB folder, HDF5, TFRecord, or an export of this program"


def find_stores(path: str, split: str, whole: bool = False) -> list[Store]:
    """The stores of a split: one, or one for each file that a list, folder or pattern names.

    They are named by the last parts of their paths, or by the ``whole``.

    Raises:
        NotFound: there is nothing at ``path``.
        DataError: it is no database of images.
    """
    found = _find(path, split)
    return [replace(store, name=f"{split}:{store.path}") for store in found] if whole else found


def _find(path: str, split: str) -> list[Any]:
    if os.path.isdir(path):
        return _in_folder(path)
    if os.path.basename(path) == FILE:
        return _in_folder(os.path.dirname(path))
    if os.path.exists(path):
        return _at_file(path, split)
    matching = sorted(glob.glob(path))
    if not matching:
        raise NotFound(f"there is no database {path}")
    return _from_files(path, matching)


def _in_folder(path: str) -> list[Any]:
    if os.path.exists(os.path.join(path, FILE)):
        return [LmdbStore(os.path.basename(path), path)]
    if os.path.isfile(os.path.join(path, _LIST)):
        return _from_list(os.path.join(path, _LIST))
    try:
        with os.scandir(path) as entries:
            files = sorted(e.path for e in entries if not e.name.startswith(".") and _is_file(e))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    return _from_files(path, files)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself, say
        return False


def _at_file(path: str, split: str) -> list[Store]:
    kind = _recognise(path)
    if kind is not None:
        return [kind(os.path.basename(path), path)]
    if splits_of(path):
        return [ArrayStore(f"{os.path.basename(path)}/{split}", path, split)]
    first = _first_line(path)
    if _is_database(os.path.join(os.path.dirname(path), os.path.basename(first))):
        return _from_list(path)
    if first.rpartition(" ")[2].isdecimal():
        return [ListStore(os.path.basename(path), path)]
    raise DataError(f"{path} is no database of images ({_SOUGHT})")


def _first_line(path: str) -> str:
    """The first line of a text that says something; nothing of what is no text."""
    try:
        return next((text.strip() for _, text in read_lines(path) if text.strip()), "")
    except DataError:
        return ""


def _is_database(path: str) -> bool:
    return os.path.isfile(path) and _recognise(path) is not None


def _from_list(path: str) -> list[Store]:
    """The files that a list names. They lie beside it; where it says they once were is ignored."""
    folder, found = os.path.dirname(path), []
    for _, line in read_lines(path):
        if not line.strip():
            continue
        place = inside(folder, os.path.basename(line.strip().replace("\\", "/")))
        if not os.path.isfile(place):
            raise DataError(f"{path} names {os.path.basename(place)}, which is not beside it")
        found.append(place)
    return _from_files(path, found)


def _from_files(path: str, files: list[str]) -> list[Store]:
    stores: list[Store] = []
    for file in files:
        kind = _recognise(file)
        if kind is not None:
            folder = os.path.basename(os.path.dirname(file))
            stores.append(kind(f"{folder}/{os.path.basename(file)}", file))
    if not stores:
        raise DataError(f"{path} has no database of images ({_SOUGHT})")
    return stores


def _recognise(path: str) -> Callable[[str, str], Store] | None:
    try:
        with open(path, "rb") as file:
            head = file.read(16)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if head.startswith(SIGNATURE):
        return Hdf5Store
    return RecordStore if is_record_file(head) else None
