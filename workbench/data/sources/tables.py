"""Lists of images in text: ``path label`` lines, CSV and TSV with a header, JSON lines."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from workbench.data.sources.given import is_writable
from workbench.data.sources.text import line_error, read_lines

_COLUMNS = {
    "path": ("path", "file", "filename", "file_name", "filepath", "image"),
    "label": ("label", "class", "category", "target"),
    "split": ("split",),
    "group": ("group",),
}
_SPLITS = {
    "": "",
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Entry(NamedTuple):
    """A line of a list.

    Attributes:
        line: its number, from 1.
        path: as written.
        label: as written: a class's name or number.
        split: ``train``, ``val``, ``test`` or empty.
        group: empty for none.
    """

    line: int
    path: str
    label: str
    split: str = ""
    group: str = ""


def is_table(path: str) -> bool:
    """Whether a list has named columns, by its file name."""
    return os.path.splitext(path)[1].lower() in (".csv", ".tsv", ".jsonl")


def read_entries(path: str) -> Iterator[Entry]:
    """The lines of a list, one by one; empty ones are skipped.

    Raises:
        NotFound: there is no such file.
        DataError: a line is no entry; the message names file and line.
    """
    if not is_table(path):
        entries = _plain(path)
    elif path.lower().endswith(".jsonl"):
        entries = _json_lines(path)
    else:
        entries = _table(path)
    for entry in entries:
        _check(entry, path)
        yield entry


def has_labels(path: str) -> bool:
    """Whether a table has columns of images and of classes.

    Raises:
        NotFound: there is no such file.
        DataError: its first line cannot be read.
    """
    for line, text in read_lines(path):
        if _is_blank(text):
            continue
        if path.lower().endswith(".jsonl"):
            names: Iterable[str] = _record(path, line, text)
        else:
            names = _cells(text, _delimiter(text))
        return {"path", "label"} <= _columns(names).keys()
    return False


def _plain(path: str) -> Iterator[Entry]:
    for line, text in read_lines(path):
        if not text.strip():
            continue
        words = text.strip().rsplit(None, 1)
        if len(words) < 2:
            raise line_error(path, line, f"{text.strip()!r:.80} is no path and class number")
        # Some programs pad numbers: 007 is class 7.
        number = str(int(words[1])) if _is_number(words[1]) else words[1]
        yield Entry(line, words[0], number)


def _table(path: str) -> Iterator[Entry]:
    texts = _Tracked(read_lines(path))
    first = next((text for text in texts if not _is_blank(text)), "")
    delimiter = _delimiter(first)
    columns = _columns(_cells(first, delimiter))
    _check_columns(columns, path, max(1, texts.line))
    try:
        for cells in csv.reader((f"{text}\n" for text in texts), delimiter=delimiter, strict=True):
            # Spreadsheets end tables with rows of separators.
            if any(cell.strip() for cell in cells):
                named = {
                    name: cells[place] for name, place in columns.items() if place < len(cells)
                }
                yield _entry(named, path, texts.line)
    except csv.Error as error:
        raise line_error(path, texts.line, str(error)) from error


def _is_blank(text: str) -> bool:
    """Whether a line has no field that says something, whatever separates them."""
    return not text.strip(' \t,;"')


class _Tracked:
    """Texts of lines, and the number of the last one taken."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines, self.line = lines, 0

    def __iter__(self) -> _Tracked:
        return self

    def __next__(self) -> str:
        self.line, text = next(self._lines)
        return text


def _json_lines(path: str) -> Iterator[Entry]:
    for line, text in read_lines(path):
        if not text.strip():
            continue
        record = _record(path, line, text)
        names = list(record)
        columns = _columns(names)
        _check_columns(columns, path, line)
        values = {name: record[names[place]] for name, place in columns.items()}
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, str | int | None):
                reason = f"the {name} must be text or a number, got {value!r:.80}"
                raise line_error(path, line, reason)
        named = {name: str(value) for name, value in values.items() if value is not None}
        yield _entry(named, path, line)


def _record(path: str, line: int, text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise line_error(path, line, "not a JSON object")
    return record


def _delimiter(header: str) -> str:
    """What separates the columns: whatever makes most sense of the header."""

    def known(delimiter: str) -> int:
        return len(_columns(_cells(header, delimiter)))

    return max((",", "\t", ";"), key=known)


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:  # a carriage return in the middle, say: no header
        return []


def _columns(names: Iterable[str]) -> dict[str, int]:
    """The place of each column that is known; of several, the first in our order counts."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(name.strip().lower(), place)
    found = {}
    for column, spellings in _COLUMNS.items():
        known = [places[name] for name in spellings if name in places]
        if known:
            found[column] = known[0]
    return found


def _check_columns(columns: Mapping[str, int], path: str, line: int) -> None:
    for column in ("path", "label"):
        if column not in columns:
            known = _either(_COLUMNS[column])
            reason = f"no column is called {known}; name the columns in the first line"
            raise line_error(path, line, reason)


def _entry(cells: Mapping[str, str], path: str, line: int) -> Entry:
    split = cells.get("split", "").strip()
    if split.lower() not in _SPLITS:
        raise line_error(path, line, f"the split {split!r:.80} is none of train, val and test")
    image, label, group = (cells.get(name, "").strip() for name in ("path", "label", "group"))
    return Entry(line, image, label, _SPLITS[split.lower()], group)


def _check(entry: Entry, path: str) -> None:
    if not entry.path:
        raise line_error(path, entry.line, "has no path")
    if not entry.label:
        raise line_error(path, entry.line, "has no class")
    if not is_writable(entry.path):
        raise line_error(path, entry.line, "has half a character in its path")
    if not is_writable(entry.label):
        raise line_error(path, entry.line, "has half a character in its class")
    if "\0" in entry.path:
        raise line_error(path, entry.line, "has a NUL character in its path")
    if _ADDRESS.match(entry.path):
        reason = f"{entry.path!r:.200} is an address; download the images and list files"
        raise line_error(path, entry.line, reason)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
