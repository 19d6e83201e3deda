"""The queue on disk: a small file for each run that waits or trains, ``queue/<id>.json``.

An entry counts while the run's owner lives: its lock (jobs/lock.py) dies with it, so what a
killed run had is free at once and nothing needs tidying. All entries are read and written under
one lock of the operating system, held for a moment: of those who ask at the same time one decides
after the other.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.errors import StorageError, storage_error
from workbench.jobs import lock

BLOCKED, WAITING, RUNNING, PAUSED = "blocked", "waiting", "running", "paused"
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Entry:
    """A run in the queue.

    Attributes:
        id: the run's.
        place: runs go in ascending order; by default when it was queued, in unix seconds.
        state: ``blocked`` until its dataset is done, then ``waiting``, ``running`` or ``paused``;
            a paused run trains no more but keeps its GPUs, where its memory is.
        devices: what its configuration says of them.
        gpus: the numbers of the GPUs it has.
        passed: how many later runs have gone before it.
        why: what it waits for, in words.
        process: who is about to execute it, until it holds its lock.
    """

    id: str
    place: float
    state: str = WAITING
    devices: str = ""
    gpus: tuple[int, ...] = ()
    passed: int = 0
    why: str = ""
    process: dict[str, Any] | None = None

    @property
    def waits(self) -> bool:
        """Whether it has not had its turn."""
        return self.state in (BLOCKED, WAITING)


class Entries:
    """The entries of the home in ``home``."""

    def __init__(self, home: Path) -> None:
        self._runs, self._folder = home / "runs", home / "queue"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the one lock over all entries.

        Raises:
            StorageError: the folder cannot be made, or somebody holds the lock for ten seconds.
        """
        path = self._folder / "lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise storage_error("open", path, error) from error
        try:
            _wait_for(file, path)
            yield
        finally:
            os.close(file)

    def live(self) -> list[Entry]:
        """What waits or trains, in order; the lock need not be held to look."""
        found = [entry for name in self._names() if (entry := self._read(name)) is not None]
        return sorted(filter(self._counts, found), key=lambda entry: (entry.place, entry.id))

    def get(self, job_id: str) -> Entry | None:
        """One entry, whether its run lives or not."""
        return self._read(f"{job_id}.json")

    def put(self, entry: Entry) -> None:
        """Write an entry in one step."""
        path = self._folder / f"{entry.id}.json"
        aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            # Not synced: after a crash of the machine nobody waits or trains any more.
            aside.write_text(json.dumps(asdict(entry)), encoding="utf-8")
            os.replace(aside, path)
        except OSError as error:
            raise storage_error("write", path, error) from error

    def remove(self, job_id: str) -> None:
        """Take a run out of the queue."""
        (self._folder / f"{job_id}.json").unlink(missing_ok=True)

    def tidy(self) -> None:
        """Forget runs that were deleted, or killed while they trained.

        One that was killed while it waited keeps its place for when it is resumed.
        """
        for name in self._names():
            entry = self._read(name)
            gone = entry is not None and not (self._runs / entry.id).is_dir()
            ended = entry is not None and not entry.waits and not self._counts(entry)
            if gone or ended:
                (self._folder / name).unlink(missing_ok=True)

    def _names(self) -> list[str]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return [name for name in names if name.endswith(".json") and not name.startswith(".")]

    def _read(self, name: str) -> Entry | None:
        """An entry; None when there is none, or it was cut off by a crash of the machine."""
        try:
            values = json.loads((self._folder / name).read_text(encoding="utf-8"))
            return Entry(**values | {"gpus": tuple(values["gpus"])})
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def _counts(self, entry: Entry) -> bool:
        if lock.is_held(self._runs / entry.id):
            return True
        return entry.waits and lock.is_alive(entry.process)


def _wait_for(file: int, path: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StorageError(
                    f"{path} is held by another process that does not go on; end that process"
                ) from None
            time.sleep(0.002)
