"""A list of ten thousand jobs in a blink: what their events said, remembered in SQLite.

The index is a cache. Each row carries the size and time of the files it was folded from; a row
that no longer fits is folded on from where it stopped. Deleting the file loses nothing.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.errors import NotFound, SchemaError
from workbench.jobs import status
from workbench.jobs.job import Job
from workbench.jobs.progress import Progress
from workbench.jobs.summary import JobSummary, Tally

_TABLE = (
    "CREATE TABLE IF NOT EXISTS summaries "
    "(path TEXT PRIMARY KEY, stamp TEXT, tally TEXT, summary TEXT)"
)
_Row = tuple[str, str, str, str]


def summaries(index: Path, folders: Iterable[Path]) -> list[JobSummary]:
    """Summarize every job in ``folders``; a damaged job directory is left out.

    Args:
        index: the SQLite file; made when absent, made anew when damaged.
    """
    paths = [path for folder in folders for path in _jobs_in(folder)]
    try:
        return _through(index, paths)
    except sqlite3.DatabaseError:
        # Locked, damaged or on a read-only disk: the directories themselves still tell all.
        if not isinstance(_probe(index), sqlite3.OperationalError):
            index.unlink(missing_ok=True)
        return _through(":memory:", paths)


def _probe(index: Path) -> Exception | None:
    try:
        with closing(sqlite3.connect(index)) as database:
            database.execute("PRAGMA quick_check").fetchone()
    except sqlite3.DatabaseError as error:
        return error
    return None


def _through(index: Path | str, paths: list[Path]) -> list[JobSummary]:
    with closing(sqlite3.connect(index, timeout=5)) as database:
        database.execute(_TABLE)
        known = {row[0]: row for row in database.execute("SELECT * FROM summaries")}
        found, changed = [], []
        for path in paths:
            summary, row = _refresh(path, known.pop(str(path), None))
            if summary is not None:
                found.append(summary)
            if row is not None:
                changed.append(row)
        if changed or known:
            with database:
                database.executemany("INSERT OR REPLACE INTO summaries VALUES (?,?,?,?)", changed)
                database.executemany("DELETE FROM summaries WHERE path = ?", ((k,) for k in known))
    return found


def _jobs_in(folder: Path) -> Iterator[Path]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    yield from (Path(entry.path) for entry in entries if not entry.name.startswith("."))


def _refresh(path: Path, row: _Row | None) -> tuple[JobSummary | None, _Row | None]:
    """Return the job's summary, and its new row if it changed."""
    stamp = _stamp(path)
    if row is not None and stamp is not None and row[1] == stamp:
        summary = _load(row[3])
        if summary.status not in status.LIVE:
            return summary, None
    try:
        return _fold(path, stamp, row)
    except (NotFound, SchemaError, FileNotFoundError):
        return None, None


def _fold(path: Path, stamp: str | None, row: _Row | None) -> tuple[JobSummary, _Row]:
    job = Job(path)
    tally = Tally(**json.loads(row[2])) if row else Tally()
    if tally.offset > _size(path):  # the file was replaced by a shorter one
        tally = Tally()
    summary = job.summary(tally)
    return summary, (
        str(path),
        stamp or "",
        json.dumps(tally.to_dict()),
        json.dumps(_plain(summary)),
    )


def _plain(summary: JobSummary) -> dict[str, Any]:
    progress = vars(summary.progress) if summary.progress else None
    return vars(summary) | {"progress": progress}


def _load(text: str) -> JobSummary:
    values = json.loads(text)
    values["parents"] = tuple(values["parents"])
    values["progress"] = Progress(**values["progress"]) if values["progress"] else None
    return JobSummary(**values)


def _stamp(path: Path) -> str | None:
    """Sizes and times of the files a summary depends on."""
    try:
        files = [os.stat(path / name) for name in ("job.json", "events.jsonl")]
    except FileNotFoundError:
        return None
    return " ".join(f"{file.st_size}.{file.st_mtime_ns}" for file in files)


def _size(path: Path) -> int:
    try:
        return os.stat(path / "events.jsonl").st_size
    except FileNotFoundError:
        return 0
