"""The fields of how images are kept, and how many may be unreadable."""

from __future__ import annotations

from typing import Any

from workbench.data import DatasetConfig
from workbench.panels import fields as f

_ENCODINGS = [("Auto", "auto"), ("None", "none"), ("PNG", "png"), ("JPEG", "jpeg")]


class RecordFields:
    """Encoding, its quality, and the share of files that may fail."""

    def __init__(self) -> None:
        self.encoding = f.choice(
            "encoding", "Encoding", _ENCODINGS, "auto",
            "None keeps decoded images, which train fastest; PNG takes less room and loses "
            "nothing; JPEG takes least. Auto keeps them decoded where they fit.",
            also=("PNG holds", "JPEG holds"),
        )  # fmt: skip
        self.quality = f.number("quality", "JPEG quality, 1–100", 90)
        self.unreadable = f.number(
            "max_unreadable_percent", "Files that may be unreadable, %", 50,
            tooltip="More than this, and the dataset is not made.",
        )  # fmt: skip
        self.fields = [self.encoding, self.quality, self.unreadable]
        self.changed()

    def values(self) -> dict[str, Any]:
        """As a configuration takes them."""
        return {
            "encoding": self.encoding.value,
            "quality": f.number_or(self.quality, 0, whole=True),
            "max_unreadable_percent": f.number_or(self.unreadable, 0),
        }

    def set(self, config: DatasetConfig) -> None:
        """Fill every field."""
        self.encoding.value, self.quality.value = config.encoding, str(config.quality)
        self.unreadable.value = f"{config.max_unreadable_percent:g}"

    def changed(self) -> None:
        """Quality is asked for where JPEG is."""
        self.quality.show(self.encoding.value == "jpeg")
