"""Where the parts of an export lie: its splits and the names of its classes."""

from __future__ import annotations

import json
import os

from workbench.data.sources.given import check_names
from workbench.data.sources.stores.arrays import splits_of
from workbench.data.sources.text import read_labels
from workbench.errors import DataError

SPLITS = ("train", "val", "test")
ARRAYS, LABELS, LABELS_JSON = "arrays.npz", "labels.txt", "labels.json"
_MOST_BYTES = 64 << 20


def layout(path: str) -> dict[str, str]:
    """The splits and ``labels`` of the export at ``path``; nothing where it is none.

    An export is a folder with ``train_db``, ``arrays.npz`` or ``train.txt``; ``train_db`` or
    ``arrays.npz`` itself may be given, and brings the names of the classes beside it.
    """
    folder, name = os.path.split(path)
    if os.path.isdir(os.path.join(path, "train_db")):
        return _present(path, {split: f"{split}_db" for split in SPLITS}, LABELS)
    if os.path.isfile(os.path.join(path, ARRAYS)):
        return _arrays(os.path.join(path, ARRAYS))
    if os.path.isfile(os.path.join(path, "train.txt")):
        return _present(path, {split: f"{split}.txt" for split in SPLITS}, LABELS)
    if name == "train_db" and os.path.isdir(path):
        return _present(folder, {}, LABELS)
    return _arrays(path) if os.path.isfile(path) else {}


def _present(folder: str, parts: dict[str, str], labels: str) -> dict[str, str]:
    if labels == LABELS and os.path.isfile(os.path.join(folder, LABELS_JSON)):
        labels = LABELS_JSON  # a text has no names of several lines
    places = {
        name: os.path.join(folder, part) for name, part in {**parts, "labels": labels}.items()
    }
    return {name: place for name, place in places.items() if os.path.exists(place)}


def _arrays(path: str) -> dict[str, str]:
    splits = dict.fromkeys(splits_of(path), path)
    return {**splits, **_present(os.path.dirname(path), {}, LABELS_JSON)} if splits else {}


def read_label_names(path: str) -> list[str]:
    """The names of the classes: a text with one a line, or a JSON list.

    Raises:
        NotFound, DataError: there is no such file, or it is something else.
    """
    if not path.endswith(".json"):
        return read_labels(path)
    try:
        with open(path, "rb") as file:
            names = json.loads(file.read(_MOST_BYTES))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError):
        raise DataError(f"{path} is no JSON") from None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{path} is no list of names")
    check_names(names, path)
    return names
