"""A list of ten thousand jobs in a blink: what their events said, remembered in SQLite.

The index is a cache. Each row carries the size and time of the files it was folded from; a row
that no longer fits is folded on from where it stopped. Deleting the file loses nothing.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from workbench.errors import SchemaError
from workbench.jobs import status
from workbench.jobs.job import Job
from workbench.jobs.progress import Progress
from workbench.jobs.summary import JobSummary, Tally

_TABLE = (
    "CREATE TABLE IF NOT EXISTS summaries "
    "(path TEXT PRIMARY KEY, stamp TEXT, summary TEXT, tally TEXT)"
)
# Rows of another version of these are not read: they are folded anew.
_FIELDS = " ".join(f.name for kind in (JobSummary, Tally, Progress) for f in fields(kind))
_VERSION = zlib.crc32(f"{_TABLE} {_FIELDS}".encode()) >> 1
# What is met in a folder that is no job, or one that was damaged; of a value of a wrong kind it
# may be any of the last five.
DAMAGES = (
    SchemaError, FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError,
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
)  # fmt: skip
# Rows parsed by one call: texts that share a call share their words in memory, and longer calls
# would hold up the other threads.
_BATCH = 200
# What was folded is written now and then, so that nobody waits twice for it.
_WRITE_EVERY = 500


@dataclass
class _Known:
    """What is known of a job, and of which state of its files."""

    stamp: str
    summary: JobSummary
    tally: Tally | None = None


class Index:
    """The summaries of a home's jobs; what was read once is not read again.

    May be used from several threads and several processes.

    Args:
        path: the SQLite file; made when absent, made anew when damaged.

    Attributes:
        reading: while many jobs are read for the first time, how many are and how many there are.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, _Known] | None = None
        self.reading: tuple[int, int] | None = None

    def summaries(self, folders: Iterable[Path]) -> list[JobSummary]:
        """Summarize every job in ``folders``; a damaged job directory is left out."""
        paths = [path for folder in folders for path in _jobs_in(folder)]
        with self._lock:
            if self._known is None:
                self._known = self._load()
            try:
                return self._refresh(self._known, paths)
            finally:
                self.reading = None

    def _refresh(self, known: dict[str, _Known], paths: list[str]) -> list[JobSummary]:
        found, changed = [], []
        for number, path in enumerate(paths):
            job = known.get(path)
            stamp = _stamp(path)
            if job is None or job.stamp != stamp or job.summary.status in status.LIVE:
                fresh = self._fold(path, stamp, job)
                if fresh is None:
                    known.pop(path, None)
                    continue
                if job is None or job.stamp != fresh.stamp:
                    changed.append(path)
                known[path] = job = fresh
                if len(changed) == _WRITE_EVERY:
                    self._save(known, changed, [])
                    changed, self.reading = [], (number + 1, len(paths))
            found.append(job.summary)
        gone = known.keys() - set(paths)
        for path in gone:
            del known[path]
        if changed or gone:
            self._save(known, changed, gone)
        return found

    def _fold(self, path: str, stamp: str | None, known: _Known | None) -> _Known | None:
        """What is known of a job when its new events are taken in, None of a damaged one."""
        try:
            job = Job(path)
            tally = (known.tally or self._tally(path)) if known else Tally()
            return _Known(stamp or "", job.summary(tally), tally)
        except DAMAGES:
            return None

    def _tally(self, path: str) -> Tally:
        rows = self._ask("SELECT tally FROM summaries WHERE path = ?", path)
        try:
            return Tally(**json.loads(rows[0][0])) if rows else Tally()
        except DAMAGES as error:
            self._discard(error)
            return Tally()

    def _load(self) -> dict[str, _Known]:
        rows = self._ask("SELECT path, stamp, summary FROM summaries")
        try:
            return _parsed(rows)
        except DAMAGES as error:
            self._discard(error)
            return {}

    def _ask(self, query: str, *values: str) -> list[Any]:
        try:
            with closing(self._open()) as database:
                return database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._discard(error)
            return []

    def _save(self, known: dict[str, _Known], changed: list[str], gone: Iterable[str]) -> None:
        rows = [_row(path, known[path]) for path in changed]
        try:
            with closing(self._open()) as database, database:
                database.executemany("INSERT OR REPLACE INTO summaries VALUES (?,?,?,?)", rows)
                database.executemany("DELETE FROM summaries WHERE path = ?", [(p,) for p in gone])
        except sqlite3.DatabaseError as error:
            self._discard(error)
            return
        for path in changed:
            if known[path].summary.status not in status.LIVE:
                known[path].tally = None  # hardly ever folded on, and on disk now

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=5)
        try:
            if database.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
                with database:
                    database.execute("DROP TABLE IF EXISTS summaries")
                    database.execute(f"PRAGMA user_version = {_VERSION}")
            database.execute(_TABLE)
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def _discard(self, error: Exception) -> None:
        """Remove a damaged file; locked or on a read-only disk it is left alone.

        The directories themselves still tell all.
        """
        if not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def _jobs_in(folder: Path) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        # Folders alone: people, and their systems, leave files anywhere.
        if not entry.name.startswith(".") and entry.is_dir():
            yield entry.path


def _parsed(rows: list[Any]) -> dict[str, _Known]:
    known = {}
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        values = json.loads("[" + ",".join(row[2] for row in batch) + "]")
        for (path, stamp, _), value in zip(batch, values, strict=True):
            known[path] = _Known(stamp, _summary(value))
    return known


def _row(path: str, known: _Known) -> tuple[str, str, str, str]:
    summary = known.summary
    progress = vars(summary.progress) if summary.progress else None
    plain = json.dumps(vars(summary) | {"progress": progress}, separators=(",", ":"))
    return path, known.stamp, plain, json.dumps((known.tally or Tally()).to_dict())


def _summary(values: dict[str, Any]) -> JobSummary:
    values["parents"] = tuple(values["parents"])
    values["progress"] = Progress(**values["progress"]) if values["progress"] else None
    return JobSummary(**values)


def _stamp(path: str) -> str | None:
    """Sizes and times of the files a summary depends on."""
    try:
        job, events = os.stat(f"{path}/job.json"), os.stat(f"{path}/events.jsonl")
    except OSError:
        return None
    return f"{job.st_size}.{job.st_mtime_ns} {events.st_size}.{events.st_mtime_ns}"
