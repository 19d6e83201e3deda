"""A folder that appears whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import InvalidValue, StorageError, storage_error
from workbench.storage import sync

_SYNCED_SINGLY = 1000


@contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """Give a new folder beside ``target``, renamed onto it if the block succeeds.

    Raises:
        InvalidValue: ``target`` is a file, or a folder with something in it.
        StorageError: the disk is full, read-only or failing; nothing is left behind.
    """
    _refuse_occupied(target)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        aside.mkdir(parents=True)
        yield aside
        _sync_all(aside)
        if target.is_dir():
            target.rmdir()
        os.rename(aside, target)
        sync(target.parent)
    except StorageError:
        raise
    except OSError as error:
        raise storage_error("write", target, plain(error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _refuse_occupied(target: Path) -> None:
    try:
        occupied = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise storage_error("write", target, error) from error
    if occupied:
        raise InvalidValue(f"{target} is there already and not empty; choose another folder")


def plain(error: Exception) -> OSError:
    """A library's error as the system's: libraries tell in words, or in many lines, what failed."""
    text = str(error)
    number = getattr(error, "errno", None)
    if told := re.search(r"errno = (\d+)", text):
        number = int(told[1])
    elif os.strerror(errno.ENOSPC) in text:
        number = errno.ENOSPC
    return OSError(number, os.strerror(number)) if number else OSError(text.rpartition(": ")[2])


def _sync_all(folder: Path) -> None:
    """Force everything in a folder to the disk; very many files all at once."""
    files = []
    for root, _, names in os.walk(folder):
        files += [Path(root, name) for name in names]
        if len(files) > _SYNCED_SINGLY and hasattr(os, "sync"):
            os.sync()
            return
    for file in files:
        sync(file)
