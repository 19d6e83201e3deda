"""Text that people write, line by line; whatever is wrong is named with file and line."""

from __future__ import annotations

import os
from collections.abc import Iterator

from workbench.data.sources.given import check_file
from workbench.errors import DataError

_LONGEST_LINE = 1 << 16


def read_lines(path: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line, without its end; UTF-8 with or without a mark.

    Raises:
        NotFound: there is no such file.
        DataError: it cannot be read, a line is too long, or it is no UTF-8.
    """
    check_file(path)
    try:
        with open(path, "rb") as file:
            number = 0
            while raw := file.readline(_LONGEST_LINE):
                number += 1
                yield number, _text(raw, path, number)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


def _text(raw: bytes, path: str, line: int) -> str:
    if len(raw) == _LONGEST_LINE:
        raise line_error(path, line, f"longer than {_LONGEST_LINE:,} bytes")
    if line == 1:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise line_error(path, line, "not UTF-8; save the list as UTF-8") from None
    if "\0" in text:
        raise line_error(path, line, "has a NUL character; save the list as UTF-8 text")
    return text.rstrip("\r\n")


def read_labels(path: str | os.PathLike[str]) -> list[str]:
    """Names of classes, one a line, in the order of their numbers; empty lines are skipped.

    Raises:
        NotFound: there is no such file.
        DataError: fewer than two names, or one twice.
    """
    path = os.fspath(path)
    seen: dict[str, int] = {}
    for line, text in read_lines(path):
        name = text.strip()
        if name in seen:
            raise line_error(path, line, f"the class {name!r} stands on line {seen[name]} already")
        if name:
            seen[name] = line
    if len(seen) < 2:
        raise DataError(f"{path} must have two names of classes or more, a line each")
    return list(seen)


def line_error(path: str, line: int, reason: str) -> DataError:
    """What is wrong with a line."""
    return DataError(f"{path} line {line}: {reason}")
