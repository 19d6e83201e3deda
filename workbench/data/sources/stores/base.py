"""What a database is to its source: numbered or keyed records with labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from workbench.data.images.decode import MAX_BYTES, MAX_PIXELS
from workbench.errors import DataError

Image = bytes | np.ndarray | DataError


class Entry(NamedTuple):
    """A record: what it is found by, and its label or why it has none."""

    record: str
    label: int | DataError


class Store(Protocol):
    """One file or folder of records. It holds nothing open between calls, so it can be pickled."""

    @property
    def name(self) -> str:
        """What its records' names begin with."""

    @property
    def path(self) -> str:
        """Where it lies."""

    def entries(self) -> Iterator[Entry]:
        """Every record, in order. One without a label gives the same reason when it is read.

        Raises:
            DataError: the database is damaged as a whole; the message names it.
        """

    def read(self, records: Sequence[str]) -> Iterator[Image]:
        """For each record in turn its encoded bytes, its pixels (height, width, channels), RGB,
        or why there are none.

        Raises:
            DataError: the database is damaged as a whole; the message names it.
        """


def number(record: str) -> int:
    """The number that a record's name is."""
    try:
        return int(record)
    except ValueError:
        raise DataError(f"{record!r} is not the number of a record") from None


def whole_label(value: Any) -> int | DataError:
    """A label as a number, or why it is none."""
    try:
        label = int(value)
    except (TypeError, ValueError, OverflowError):
        return DataError(f"its label {value!r} is not a number")
    if label != value:
        return DataError(f"its label {value} is not a whole number")
    return label


def check_shape(height: int, width: int, channels: int, item: int = 1) -> int:
    """The bytes that an image of that shape takes, ``item`` bytes a value.

    Raises:
        DataError: the shape is impossible or too large; the message is the reason alone.
    """
    if min(height, width, channels) < 1:
        raise DataError(f"impossible size {width}×{height}, {channels} channels")
    size = height * width * channels * item
    if height * width > MAX_PIXELS or size > MAX_BYTES:
        raise DataError(
            f"more than {MAX_PIXELS:,} pixels or 1 GiB ({width}×{height}, {channels} channels)"
        )
    return size


def swap_colours(image: np.ndarray) -> np.ndarray:
    """Turn BGR into RGB and back, along the last axis; other than three channels stay."""
    return image[..., ::-1] if image.shape[-1] == 3 else image
