"""The append-only record of a job: one JSON object a line, one writer, any number of readers."""

from __future__ import annotations

import errno
import json
import math
import os
import threading
import time
from pathlib import Path
from typing import Any, Self

from workbench.errors import storage_error
from workbench.storage import encode_json

Event = dict[str, Any]


class EventWriter:
    """Appends events to a file; the owner of the job holds the only one.

    A last line without its newline was torn by a kill: it was never acknowledged, so it is cut.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            self._cut_torn_line()
        except OSError as error:
            raise storage_error("open", path, error) from error

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Event:
        """Append one event and return it; ``sync`` waits until the disk has it.

        Raises:
            StorageError: the event could not be written whole; the file keeps what it had.
        """
        event = {"t": round(time.time(), 3), "type": kind, **_finite(fields)}
        line = encode_json(event, separators=(",", ":")) + b"\n"
        with self._lock:
            self._append(line, sync)
        return event

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, data: bytes, sync: bool) -> None:
        before = os.fstat(self._file).st_size
        try:
            self._write_whole(data)
            if sync:
                os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, before)
            raise storage_error("write", self._path, error) from error

    def _write_whole(self, data: bytes) -> None:
        """A nearly full disk takes a part of the line without complaint: the rest is asked of it.

        Until the newline is there readers leave the part alone.
        """
        while data:
            taken = os.write(self._file, data)
            if taken == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            data = data[taken:]

    def _cut_torn_line(self) -> None:
        size = os.fstat(self._file).st_size
        end = size
        while end > 0:
            start = max(0, end - 4096)
            newline = os.pread(self._file, end - start, start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._file, end)


def read_events(path: Path, offset: int = 0) -> tuple[list[Event], int]:
    """Read the whole events from ``offset`` (bytes) and return them with the next offset.

    A torn last line is left for the next call, one that is no event is left out. A missing file
    has no events.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], 0
    end = data.rfind(b"\n") + 1
    return _parse(data[:end].splitlines()), offset + end


def _parse(lines: list[bytes]) -> list[Event]:
    try:
        # All at once takes half the time that one by one does.
        found = json.loads(b"[%b]" % b",".join(lines))
    except ValueError:
        found = [_parse_line(line) for line in lines]
    return [event for event in found if _is_event(event)]


def _is_event(found: Any) -> bool:
    """Whether a line is what a writer writes: it says when and what."""
    return (
        isinstance(found, dict)
        and isinstance(found.get("t"), int | float)
        and isinstance(found.get("type"), str)
    )


def _parse_line(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:  # a block lost by a crash of the machine reads as zeros
        return None


def _finite(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN: such a figure is recorded as null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in fields.items()
    }
