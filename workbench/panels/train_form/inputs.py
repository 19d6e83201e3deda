"""Fields that are read and filled together, by the names of what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.errors import InvalidValue
from workbench.panels import fields as f
from workbench.panels.slider import Slider


class Inputs:
    """A set of fields of one configuration.

    Args:
        prefix: what stands before their names in messages, such as ``policy.``.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._fields: dict[str, f.Field] = {}
        self._whole: set[str] = set()
        self._numbers: set[str] = set()
        self._optional: set[str] = set()

    def __getitem__(self, name: str) -> f.Field:
        return self._fields[name]

    def __iter__(self) -> Any:
        return iter(self._fields.values())

    def number(
        self, name: str, label: str, tooltip: str = "", whole: bool = False, hint: str | None = None
    ) -> f.Field:
        """Add a number; with a ``hint`` it may be left empty, which is None."""
        self._note_number(name, whole)
        if hint is not None:
            self._optional.add(name)
        return self._add(name, f.number(self._prefix + name, label, "", hint or "", tooltip))

    def slider(
        self, name: str, label: str, high: float, tooltip: str = "", whole: bool = False
    ) -> f.Field:
        """Add a number from 0 with a slider that reaches to ``high``; more may be typed."""
        self._note_number(name, whole)
        control = Slider(label, high, whole)
        return self._add(name, f.Field(self._prefix + name, control, tooltip))

    def choice(
        self, name: str, label: str, options: Sequence[tuple[str, Any]], tooltip: str = ""
    ) -> f.Field:
        """Add one of a few."""
        first = options[0][1]
        return self._add(name, f.choice(self._prefix + name, label, options, first, tooltip))

    def select(
        self, name: str, label: str, options: Sequence[tuple[str, Any]], tooltip: str = ""
    ) -> f.Field:
        """Add one of many."""
        return self._add(name, f.select(self._prefix + name, label, options, tooltip))

    def switch(self, name: str, label: str, tooltip: str = "") -> f.Field:
        """Add yes or no."""
        return self._add(name, f.switch(self._prefix + name, label, tooltip))

    def text(self, name: str, label: str, hint: str = "", tooltip: str = "") -> f.Field:
        """Add a line of text."""
        return self._add(name, f.text(self._prefix + name, label, "", hint, tooltip))

    def listen(self, change: Callable[[], object], enter: Callable[[], object]) -> None:
        """Call when what was entered changes, and when Enter is pressed."""
        for field in self:
            field.on_change(change)
            field.on_enter(enter)

    def read(self) -> dict[str, Any]:
        """What the fields hold; of a number that is none, the text.

        Raises:
            InvalidValue: a field that must not be empty is.
        """
        return {name: self._read(name, field) for name, field in self._fields.items()}

    def write(self, values: Mapping[str, Any]) -> None:
        """Fill the fields that are named."""
        for name, field in self._fields.items():
            if name in values:
                value = values[name]
                field.value = digits(value) if name in self._numbers else value

    def _read(self, name: str, field: f.Field) -> Any:
        if name not in self._numbers:
            return field.entered if isinstance(field.value, str) else field.value
        value = f.as_number(field, name in self._whole)
        if value is None and name not in self._optional:
            raise InvalidValue(f"{field.name} must be given")
        return value

    def _note_number(self, name: str, whole: bool) -> None:
        self._numbers.add(name)
        if whole:
            self._whole.add(name)

    def _add(self, name: str, field: f.Field) -> f.Field:
        self._fields[name] = field
        return field


def digits(value: float | None) -> str:
    """A number as it is typed, with every digit that it has; None is nothing."""
    return "" if value is None else repr(value).removesuffix(".0")
