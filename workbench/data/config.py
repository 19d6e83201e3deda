"""Everything that decides a dataset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from workbench.data import sources
from workbench.data.images.image_format import ImageFormat
from workbench.data.records.choice import ENCODINGS
from workbench.data.sources import Source
from workbench.validation import (
    Configuration,
    check,
    check_choice,
    check_range,
    check_text,
    check_whole,
)

DUPLICATES = ("together", "drop", "ignore")


@dataclass(frozen=True)
class DatasetConfig(Configuration):
    """The configuration of a dataset; checked when built.

    Attributes:
        name: what to call it.
        source: where the images are and how they are split.
        image: what the network will see of them.
        task: what a target is.
        seed: decides which image goes to which split, and the noise that pads.
        group: the heading to list it under.
        keep_together: images that are never divided between splits: ``folder`` for those of one
            folder, or a regular expression, whose match in the path (its first group, if it has
            one) names the patient or video; empty for none.
        duplicates: what to do with the same image more than once: ``together`` keeps equal and
            nearly equal ones in one split, ``drop`` keeps one of equal ones besides, ``ignore``
            lets them fall where they may. Either way they are reported.
        encoding: ``none`` keeps decoded images, ``png`` and ``jpeg`` encoded ones, ``auto``
            decides by the room there is (records/choice.py).
        quality: of JPEG, 1 to 100.
        max_unreadable_percent: more unreadable files than this fail the job.

    Raises:
        InvalidValue: a field is out of range.
    """

    name: str
    source: Source
    image: ImageFormat = field(default_factory=ImageFormat)
    task: str = "classification"
    seed: int = 0
    group: str = ""
    keep_together: str = ""
    duplicates: str = "together"
    encoding: str = "auto"
    quality: int = 90
    max_unreadable_percent: float = 50

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check(hasattr(self.source, "read"), f"source must be a source, got {self.source!r}")
        check(
            isinstance(self.image, ImageFormat), f"image must be an ImageFormat, got {self.image!r}"
        )
        check(isinstance(self.group, str), f"group must be text, got {self.group!r}")
        if self.group:
            check_text("group", self.group)
        check_whole("seed", self.seed, 0, 2**31 - 1)
        check_choice("duplicates", self.duplicates, DUPLICATES)
        check_choice("encoding", self.encoding, ENCODINGS)
        check_whole("quality", self.quality, 1, 100)
        check_range("max_unreadable_percent", self.max_unreadable_percent, 0, 100)
        self._check_pattern()
        self._check_encoding()

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """Build the configuration from ``to_dict``'s result."""
        values = dict(mapping)
        if isinstance(values.get("source"), Mapping):
            values["source"] = sources.from_dict(values["source"])
        return super().from_dict(values)

    def _check_pattern(self) -> None:
        check(isinstance(self.keep_together, str), "keep_together must be text")
        try:
            re.compile(self.keep_together)
        except (re.error, OverflowError, RecursionError) as error:
            check(
                False,
                f"keep_together must be folder or a regular expression, got "
                f"{self.keep_together!r:.200} ({error})",
            )

    def _check_encoding(self) -> None:
        from workbench.data.images.encode import check_encoding

        if self.encoding in ("png", "jpeg"):
            check_encoding(self.image, self.encoding)
