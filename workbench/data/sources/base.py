"""What a source is: it lists samples one by one, and opens a reader of their images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from workbench.errors import DataError, InvalidValue
from workbench.validation import Configuration, check_range

if TYPE_CHECKING:
    import numpy as np

    from workbench.jobs import Home


class Sample(NamedTuple):
    """One image: its name in the source and the number of its class (from 0).

    Attributes:
        name: what the source's reader finds it by, and people know it by: a path, a key.
        label: the place of its class in the listing's labels.
        split: ``train``, ``val`` or ``test`` where the source says so; empty where the split is
            to be drawn.
        group: images of one group (a patient, a video) are never divided; empty for none.
    """

    name: str
    label: int
    split: str = ""
    group: str = ""


@dataclass
class Listing:
    """What a source found. The samples come one by one; the rest is whole when all have come.

    Attributes:
        samples: every image, each once.
        labels: the names of the classes.
        ignored: what is no image by its name, with the reason.
        left_out: classes, and folders that cannot be read, with the reason.
    """

    samples: Iterator[Sample] = field(default_factory=lambda: iter(()))
    labels: list[str] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Access:
    """What a source may need besides its configuration, which is written to disk.

    Attributes:
        secrets: keys and passwords by name, in memory only.
        home: where other datasets are found.
    """

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    home: Home | None = None


class Reader(Protocol):
    """Reads images in a decoding process; sent there once, so it can be pickled."""

    def read(self, names: Sequence[str]) -> Iterator[bytes | np.ndarray | DataError]:
        """For each name in turn: the bytes of an image file, or pixels ``(height, width[, c])``,
        or, for an image that cannot be read, an error whose message is the reason alone.

        Raises:
            DataError: nothing more can be read, a server being gone, say; this ends the job.
        """


class Source(Protocol):
    """Where images come from. A source is a configuration: frozen, checked, written as JSON."""

    @property
    def shares(self) -> tuple[float, float]:
        """Percent of the samples without a split that go to validation and test."""

    def check(self, access: Access) -> None:
        """Refuse, quickly and in one sentence, what can never become a dataset."""

    def read(self, seed: int, access: Access) -> Listing:
        """List all samples; what is drawn among them follows from ``seed``."""

    def reader(self, access: Access) -> Reader:
        """What reads the images in the decoding processes."""

    def describe(self) -> str:
        """The source in a few words, without secrets."""

    def to_dict(self) -> dict[str, Any]:
        """The configuration as JSON values."""


@dataclass(frozen=True, kw_only=True)
class Divided(Configuration):
    """A source whose images are divided by percentages.

    Attributes:
        validation_percent, test_percent: shares of each class set aside, drawn by the seed.
    """

    validation_percent: float = 25
    test_percent: float = 0

    def check_shares(self) -> None:
        """Refuse percentages out of range, or that leave nothing to train on."""
        check_range("validation_percent", self.validation_percent, 0, 100)
        check_range("test_percent", self.test_percent, 0, 100)
        together = sum(self.shares)
        if together >= 100:
            raise InvalidValue(
                f"validation and test together must stay below 100 %, got {together:g} %"
            )

    @property
    def shares(self) -> tuple[float, float]:
        """Percent for validation and test."""
        return self.validation_percent, self.test_percent


def check_classes(labels: Sequence[Any], where: str) -> None:
    """Refuse a source with fewer than two classes."""
    if not labels:
        raise DataError(f"{where} has no images")
    if len(labels) == 1:
        raise DataError(
            f"{where} has one class only ({labels[0]!r}); a classifier needs two or more"
        )
