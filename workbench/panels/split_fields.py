"""The fields of how images are divided into splits."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from workbench.data import DatasetConfig
from workbench.errors import InvalidValue
from workbench.panels import fields as f
from workbench.panels.view import box

_APART, _FOLDER, _PATTERN = "", "folder", "pattern"
_GIVEN = {"val": "Validation images are given.", "test": "Test images are given."}


class SplitFields:
    """Percentages, what is kept together, and the seed."""

    def __init__(self) -> None:
        self.validation = f.number(
            "validation_percent", "Validation, %", 25,
            tooltip="Share of each class set aside to validate.", also=("validation and test",),
        )  # fmt: skip
        self.test = f.number(
            "test_percent", "Test, %", 0,
            tooltip="Share of each class set aside for the last test.",
        )  # fmt: skip
        self.together = f.choice(
            "together", "Keep together",
            [("Nothing", _APART), ("Folders", _FOLDER), ("By pattern", _PATTERN)], _APART,
            "Images that belong together, of one patient or video, all go to the same split.",
        )  # fmt: skip
        self.pattern = f.text(
            "keep_together", "Pattern in the path, a regular expression", hint=r"patient(\d+)",
            tooltip="Images whose paths match alike stay together: the first group, else the "
            "whole match.",
        )  # fmt: skip
        self.duplicates = f.choice(
            "duplicates", "Same image more than once",
            [("Together", "together"), ("Drop", "drop"), ("Ignore", "ignore")], "together",
            "Together keeps equal and nearly equal images in one split; drop keeps one of equal "
            "ones besides; ignore lets them fall where they may. They are reported either way.",
        )  # fmt: skip
        self.seed = f.number("seed", "Seed", 0, tooltip="Decides which image goes to which split.")
        self.fields = [
            self.validation, self.test, self.together, self.pattern, self.duplicates, self.seed,
        ]  # fmt: skip
        self.shares = box(self.validation.root, self.test.root, kind="wb-pair")
        self.more = f.fold(
            "Groups, duplicates, seed",
            self.together.root,
            self.pattern.root,
            self.duplicates.root,
            self.seed.root,
        )
        self.changed()

    def percentages(self) -> dict[str, Any]:
        """As a source takes them."""
        return {
            "validation_percent": f.number_or(self.validation, 0),
            "test_percent": f.number_or(self.test, 0),
        }

    def values(self) -> dict[str, Any]:
        """The other fields, as a configuration takes them.

        Raises:
            InvalidValue: the pattern is empty; the message begins with its field's name.
        """
        rule = self.together.value
        if rule == _PATTERN and not self.pattern.entered:
            raise InvalidValue("keep_together must not be empty; write a pattern, or keep nothing")
        return {
            "keep_together": self.pattern.entered if rule == _PATTERN else rule,
            "duplicates": self.duplicates.value,
            "seed": f.number_or(self.seed, 0, whole=True),
        }

    def set(self, config: DatasetConfig) -> None:
        """Fill every field."""
        self.validation.value = f"{config.source.validation_percent:g}"  # type: ignore[attr-defined]
        self.test.value = f"{config.source.test_percent:g}"  # type: ignore[attr-defined]
        rule = config.keep_together
        self.together.value = rule if rule in (_APART, _FOLDER) else _PATTERN
        self.pattern.value = "" if rule in (_APART, _FOLDER) else rule
        self.duplicates.value, self.seed.value = config.duplicates, str(config.seed)

    def give(self, splits: Collection[str]) -> None:
        """Leave percentages alone where the source has images of its own for a split."""
        for split, field in (("val", self.validation), ("test", self.test)):
            given = split in splits
            field.control.disabled = given
            wrong = field.message.data.get("tone") == "error" and field.message.data["text"]
            if not wrong:
                field.tell(_GIVEN[split] if given else "", "hint")

    def changed(self) -> None:
        """The pattern is asked for where one is used."""
        self.pattern.show(self.together.value == _PATTERN)
