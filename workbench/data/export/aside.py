"""A folder that appears whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.errors import InvalidValue, StorageError, storage_error
from workbench.storage import sync

_SYNCED_SINGLY = 1000
_LONGEST = 200  # bytes of a name that leave room for what is added to it


@contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """Give a new folder that becomes ``target`` if the block succeeds.

    One beside ``target`` is renamed onto it. Where ``target`` is an empty folder already, which may
    be a mount, a link or somebody's working directory, it is one within, whose entries are moved
    out of it. What a killed process has left of earlier attempts is removed.

    Raises:
        InvalidValue: ``target`` is a file, a link to nothing, or a folder with something in it.
        StorageError: the disk is full, read-only or failing; nothing is left behind.
    """
    try:
        within = _is_free_folder(target)
        with _hidden(target if within else target.parent, target.name) as aside:
            yield aside
            _sync_all(aside)
            if within:
                _move_out(aside, target)
            else:
                os.rename(aside, target)
            sync(target if within else target.parent)
    except StorageError:
        raise
    except OSError as error:
        raise storage_error("write", target, plain(error)) from error


def _is_free_folder(target: Path) -> bool:
    """Whether there is an empty folder already; without what earlier attempts left.

    Raises:
        InvalidValue: there is something else.
    """
    try:
        os.lstat(target)
    except FileNotFoundError:
        return False
    if not target.exists():
        raise InvalidValue(f"{target} is a link to nothing; choose another folder")
    if target.is_dir():
        _remove_left(target, target.name)
    _refuse_occupied(target, ())
    return True


def _refuse_occupied(target: Path, but: tuple[str, ...]) -> None:
    if not target.is_dir() or any(name not in but for name in os.listdir(target)):
        raise InvalidValue(f"{target} is there already and not empty; choose another folder")


@contextmanager
def _hidden(folder: Path, name: str) -> Iterator[Path]:
    """A new folder in ``folder``, locked while somebody writes it, and gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    _remove_left(folder, name)
    aside, lock = _made_and_locked(folder, name)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(lock)


def _made_and_locked(folder: Path, name: str) -> tuple[Path, int]:
    while True:
        aside = folder / f".{_short(name)}.{secrets.token_hex(4)}.partial"
        aside.mkdir()
        lock = os.open(aside, os.O_RDONLY)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        if aside.is_dir():  # nobody took it for what was left, before it was locked
            return aside, lock
        os.close(lock)


def _remove_left(folder: Path, name: str) -> None:
    """Remove what killed processes have left; of those that live the folders are locked."""
    pattern = re.compile(rf"\.{re.escape(_short(name))}\.[0-9a-f]{{8}}\.partial")
    for left in (each for each in os.listdir(folder) if pattern.fullmatch(each)):
        with suppress(OSError):  # in use, or no folder
            lock = os.open(folder / left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder / left, ignore_errors=True)
            finally:
                os.close(lock)


def _short(name: str) -> str:
    encoded = os.fsencode(name)
    return name if len(encoded) <= _LONGEST else hashlib.sha256(encoded).hexdigest()


def _move_out(aside: Path, target: Path) -> None:
    """Move the entries of ``aside`` into ``target``, in which nothing else may be; all or none."""
    _refuse_occupied(target, (aside.name,))
    moved: list[Path] = []
    try:
        for entry in sorted(aside.iterdir()):
            os.rename(entry, target / entry.name)
            moved.append(target / entry.name)
    except BaseException:
        for path in moved:
            os.rename(path, aside / path.name)
        raise


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
