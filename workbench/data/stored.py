"""What was written with a dataset, read back; what is missing or damaged is named in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import DataError, SchemaError, storage_error
from workbench.storage import read_json

# What reading meets in a file that is gone, cut short or something else.
_DAMAGE = (
    FileNotFoundError, EOFError, ValueError, TypeError, LookupError, AttributeError, SchemaError,
)  # fmt: skip


@contextmanager
def told_as_damage(path: Path) -> Iterator[None]:
    """Turn what goes wrong while ``path`` is read and understood into one sentence.

    Raises:
        DataError: the file is damaged or missing.
        StorageError: it is there and cannot be read.
    """
    try:
        yield
    except _DAMAGE as error:
        raise damage(path) from error
    except OSError as error:
        raise storage_error("read", path, error) from error


def damage(path: Path) -> DataError:
    """The sentence."""
    return DataError(f"{path} is damaged or missing; create the dataset again")


def load_array(path: Path, mapped: bool = True) -> Any:
    """An array file, memory-mapped and read-only or as a whole.

    Raises:
        DataError: it is damaged or missing.
    """
    with told_as_damage(path):
        return np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)


def load_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        DataError: it is damaged or missing.
    """
    with told_as_damage(path):
        return read_json(path)
