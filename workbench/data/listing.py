"""What a source found: samples by split, labels, and what it left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Sample:
    """One image file and the number of its class (from 0)."""

    path: str
    label: int


@dataclass
class Listing:
    """The samples of a source, by split.

    Attributes:
        labels: the names of the classes; a sample's label is the place of its class here.
        splits: samples under ``train``, ``val``, ``test``; a split without samples is absent.
        ignored: files that are no images, with the reason.
        left_out: classes left out, with the reason.
    """

    labels: list[str]
    splits: dict[str, list[Sample]]
    ignored: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


class Source(Protocol):
    """Where images come from. A source is a configuration: frozen, checked, written as JSON."""

    def check(self) -> None:
        """Refuse, quickly and in one sentence, what can never become a dataset."""

    def read(self, seed: int) -> Listing:
        """List all samples; which split they go to follows from ``seed``."""

    def describe(self) -> str:
        """The source in a few words."""
