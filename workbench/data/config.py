"""Everything that decides a dataset."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.data.folder import ImageFolder
from workbench.data.image_format import ImageFormat
from workbench.validation import Configuration, check, check_range, check_text, check_whole


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
        max_unreadable_percent: more unreadable files than this fail the job.

    Raises:
        InvalidValue: a field is out of range.
    """

    name: str
    source: ImageFolder
    image: ImageFormat = field(default_factory=ImageFormat)
    task: str = "classification"
    seed: int = 0
    group: str = ""
    max_unreadable_percent: float = 50

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check(hasattr(self.source, "read"), f"source must be a source, got {self.source!r}")
        check(
            isinstance(self.image, ImageFormat), f"image must be an ImageFormat, got {self.image!r}"
        )
        check_whole("seed", self.seed, 0, 2**31 - 1)
        check_range("max_unreadable_percent", self.max_unreadable_percent, 0, 100)
