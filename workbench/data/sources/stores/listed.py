"""The export as a folder of images: a list with a path and a label number a line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.data.images.decode import read_bytes
from workbench.data.sources.stores.base import Entry, Image
from workbench.data.sources.tables import read_entries
from workbench.errors import DataError, NotFound

# A colon ends the name of the database, and a per cent sign begins what stands for another.
_ESCAPES = (("%", "%25"), (":", "%3A"))
_NO_NUMBER = "%-"


@dataclass(frozen=True)
class ListStore:
    """A list whose paths lie in its own folder; what leads out of it is refused."""

    name: str
    path: str

    def entries(self) -> Iterator[Entry]:
        """Every line's path with its label."""
        for entry in read_entries(self.path):
            record = entry.path
            for sign, escape in _ESCAPES:
                record = record.replace(sign, escape)
            if entry.label.isascii() and entry.label.isdecimal() and len(entry.label) < 12:
                yield Entry(record, int(entry.label))
            else:
                yield Entry(record + _NO_NUMBER, _unnumbered())

    def read(self, records: Sequence[str]) -> Iterator[Image]:
        """The bytes of some files."""
        folder = os.path.dirname(self.path)
        for record in records:
            if record.endswith(_NO_NUMBER):
                yield _unnumbered()
                continue
            name = record
            for sign, escape in reversed(_ESCAPES):
                name = name.replace(escape, sign)
            try:
                yield read_bytes(inside(folder, name))
            except NotFound:
                yield DataError("the file is gone")
            except DataError as error:
                yield error


def _unnumbered() -> DataError:
    return DataError("its label is not a number")


def inside(folder: str, name: str) -> str:
    """The path of ``name`` in ``folder``.

    Raises:
        DataError: it leads out of the folder; the message is the reason alone.
    """
    folder = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(folder, name))
    if os.path.commonpath([path, folder]) != folder:
        raise DataError("its path leads out of the folder of its list")
    return path
