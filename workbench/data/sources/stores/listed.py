"""The export as a folder of images: a list with a path and a label number a line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.data.images.decode import read_bytes
from workbench.data.sources.stores.base import Entry, Image
from workbench.data.sources.tables import read_entries
from workbench.errors import DataError, NotFound


@dataclass(frozen=True)
class ListStore:
    """A list whose paths lie in its own folder; what leads out of it is refused."""

    name: str
    path: str

    def entries(self) -> Iterator[Entry]:
        """Every line's path with its label."""
        for entry in read_entries(self.path):
            numeric = entry.label.isascii() and entry.label.isdecimal() and len(entry.label) < 12
            label = int(entry.label) if numeric else DataError("its label is not a number")
            # A colon ends the name of the database.
            yield Entry(entry.path.replace("%", "%25").replace(":", "%3A"), label)

    def read(self, records: Sequence[str]) -> Iterator[Image]:
        """The bytes of some files."""
        folder = os.path.dirname(self.path)
        for record in records:
            name = record.replace("%3A", ":").replace("%25", "%")
            try:
                yield read_bytes(inside(folder, name))
            except NotFound:
                yield DataError("the file is gone")
            except DataError as error:
                yield error


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
