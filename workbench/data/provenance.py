"""Which file each record came from, in a table that takes millions of rows with flat memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from workbench.errors import StorageError, storage_error

Row = tuple[str, int, str, int, str, int, int]
_TABLE = """CREATE TABLE sources (
    split TEXT, position INTEGER, path TEXT, label INTEGER, sha256 TEXT,
    width INTEGER, height INTEGER, PRIMARY KEY (split, position)) WITHOUT ROWID"""


def write_sources(path: Path, rows: Iterable[Row]) -> None:
    """Write split, position, path, label, sha256, width and height of every record.

    Raises:
        StorageError: the disk is full or failing.
    """
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(_TABLE)
            database.executemany("INSERT INTO sources VALUES (?,?,?,?,?,?,?)", rows)
    except (sqlite3.OperationalError, OSError) as error:
        if isinstance(error, OSError):
            raise storage_error("write", path, error) from error
        raise StorageError(f"could not write {path}: {error}; is the disk full?") from error


def read_paths(path: Path, split: str, positions: Sequence[int]) -> list[str]:
    """The source paths of some records of a split, in the order asked for."""
    marks = ",".join("?" * len(positions))
    query = f"SELECT position, path FROM sources WHERE split = ? AND position IN ({marks})"  # noqa: S608
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        found = dict(database.execute(query, [split, *map(int, positions)]))
    return [found.get(int(position), "") for position in positions]
