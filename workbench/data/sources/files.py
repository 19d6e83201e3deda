"""Reading image files of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.data.images.decode import read_bytes
from workbench.errors import DataError, NotFound


@dataclass(frozen=True)
class FileReader:
    """Reads samples whose names are paths."""

    def read(self, names: Sequence[str]) -> Iterator[bytes | DataError]:
        """The bytes of each file, or why it cannot be read."""
        for name in names:
            try:
                yield read_bytes(name)
            except NotFound:
                yield DataError("the file is gone")
            except DataError as error:
                yield error
