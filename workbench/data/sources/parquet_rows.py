"""Rows of Parquet files, a few at a time."""

from __future__ import annotations

import bisect
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import DataError, MissingExtra, NotFound

_LABELS_AT_ONCE = 65_536
_IMAGES_AT_ONCE = 16
_BUFFER = 1 << 20
# What the name of a row without a class ends with.
UNCLASSED = " without a class"


def load_pyarrow() -> Any:
    """The library that reads Parquet.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtra(
            "reading Parquet files needs pyarrow: pip install 'jupyter-workbench[parquet]'"
        ) from error
    return pyarrow


@contextmanager
def open_parquet(path: str) -> Iterator[Any]:
    """An open ``pyarrow.parquet.ParquetFile``; its pages are read as they are needed.

    Raises:
        NotFound, DataError: there is no such file, or it is damaged.
    """
    pyarrow = load_pyarrow()
    try:
        with _open(pyarrow, path) as file:
            yield file
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not a whole Parquet file: {_first_line(error)}") from error


def _open(pyarrow: Any, path: str) -> Any:
    # Without buffer_size, a whole column of a row group would be read at once.
    return pyarrow.parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def check_image_type(kind: Any, path: str, column: str) -> None:
    """Refuse a column that cannot hold image files.

    Raises:
        DataError: it holds something else.
    """
    types = load_pyarrow().types
    if types.is_struct(kind):
        place = kind.get_field_index("bytes")
        kind = kind.field(place).type if place >= 0 else kind
    if not (types.is_binary(kind) or types.is_large_binary(kind)):
        raise DataError(
            f"the column {column!r} of {path} holds {kind}; image files as bytes, or a structure "
            "with bytes, are expected"
        )


def check_label_type(kind: Any, path: str, column: str) -> None:
    """Refuse a column that cannot hold classes.

    Raises:
        DataError: it holds something else.
    """
    types = load_pyarrow().types
    if types.is_dictionary(kind):
        kind = kind.value_type
    fits = (types.is_integer, types.is_boolean, types.is_string, types.is_large_string)
    if not any(fit(kind) for fit in fits):
        raise DataError(
            f"the column {column!r} of {path} holds {kind}; names or whole numbers are expected"
        )


def class_names(schema: Any, column: str) -> tuple[str, ...]:
    """The names that Hugging Face's features give the numbers of a column; none if none.

    Source: the features that ``datasets`` writes into the schema's metadata.
    """
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        names = features[column]["names"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return ()
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        return ()
    return tuple(names) if len(set(names)) == len(names) else ()


def read_columns(path: str, columns: Sequence[str]) -> Iterator[dict[str, list[Any]]]:
    """Values of some small columns, by column, many rows at a time.

    Raises:
        NotFound, DataError: there is no such file, or it is damaged.
    """
    with open_parquet(path) as file:
        for batch in file.iter_batches(_LABELS_AT_ONCE, columns=list(columns), use_threads=False):
            yield {name: batch.column(name).to_pylist() for name in columns}


@dataclass
class ParquetReader:
    """Reads samples named ``file[row]``; rows in rising order cost one pass over a file.

    Attributes:
        root: the folder of the files.
        column: where the images are.
    """

    root: str
    column: str
    _current: _Rows | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {"root": self.root, "column": self.column, "_current": None}

    def read(self, names: Sequence[str]) -> Iterator[bytes | DataError]:
        """The bytes of the image in each row, or why there are none.

        Raises:
            DataError: a file is gone or damaged.
        """
        for name in names:
            if name.endswith(UNCLASSED):
                yield DataError("the row has no class")
                continue
            short, _, row = name.removesuffix("]").rpartition("[")
            path = os.path.join(self.root, short)
            if self._current is None or self._current.path != path:
                self._current = _Rows(path, self.column)
            yield self._current.image(int(row))


class _Rows:
    """The images of one file."""

    def __init__(self, path: str, column: str) -> None:
        self.path, self._column = path, column
        self._pyarrow = load_pyarrow()
        with open_parquet(path):
            pass  # for its sentence, should it be damaged
        self._file = _open(self._pyarrow, path)
        groups = range(self._file.num_row_groups)
        counts = (self._file.metadata.row_group(group).num_rows for group in groups)
        self._starts = [0, *itertools.accumulate(counts)]
        self._group = -1
        self._first = 0
        self._batch: Any = None
        self._batches: Iterator[Any] = iter(())

    def image(self, row: int) -> bytes | DataError:
        """The bytes in a row."""
        if not 0 <= row < self._starts[-1]:
            return DataError("the file has fewer rows now")
        try:
            self._seek(row)
            value = self._batch.column(self._column)[row - self._first].as_py()
        except (self._pyarrow.ArrowException, OSError, StopIteration) as error:
            reason = _first_line(error)
            raise DataError(f"{self.path} is damaged at row {row}: {reason}") from error
        data = value.get("bytes") if isinstance(value, dict) else value
        if data:
            return data
        if isinstance(value, dict) and value.get("path"):
            return DataError(
                f"the row has no image, only the name of a file, {value['path']!r:.200}"
            )
        return DataError("the row has no image")

    def _seek(self, row: int) -> None:
        """Make the batch with that row the current one."""
        group = bisect.bisect_right(self._starts, row) - 1
        if group != self._group or self._batch is None or row < self._first:
            self._group = group
            self._batches = self._file.iter_batches(
                _IMAGES_AT_ONCE, row_groups=[group], columns=[self._column], use_threads=False
            )
            self._first, self._batch = self._starts[group], next(self._batches)
        while row >= self._first + self._batch.num_rows:
            self._first += self._batch.num_rows
            self._batch = next(self._batches)
