"""What the fields of every kind of source have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import ipywidgets as widgets

from workbench.data.sources import Source
from workbench.jobs import Home
from workbench.panels.fields import Field, blame
from workbench.panels.view import box

# Parts of a path that say nothing of what is in it.
_EMPTY_WORDS = {"", "train", "training", "images", "data", "val", "test", "records"}


class SourceForm:
    """The fields of one kind of source. Subclasses make them, and a source of what they hold.

    Attributes:
        key, title: what the kind is called in code and on its button.
        types: the classes of sources it makes.
        remote: it is looked at only when the person asks for it.
        place: the field under which stands what was found.
        fields: all fields.
        root: what is shown.
        tell_changed: what :meth:`on_change` was given.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    types: ClassVar[tuple[str, ...]] = ()
    remote: ClassVar[bool] = False
    # A line above the code.
    remark: ClassVar[str] = ""
    place: Field

    def __init__(self, home: Home) -> None:
        self.home = home
        self.fields: list[Field] = []
        self.tell_changed: Callable[[], object] = lambda: None
        self.root = box(*self.build())
        self.root.add_class(f"wb-form-{self.key}")

    def build(self) -> Sequence[widgets.Widget]:
        """Make the fields; return what is shown of them."""
        raise NotImplementedError

    def source(self, **shares: Any) -> Source:
        """The source that the fields hold, with the percentages of validation and test.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        raise NotImplementedError

    def fill(self, source: Any) -> None:
        """Fill the fields from a source of one of the ``types``."""
        raise NotImplementedError

    @property
    def begun(self) -> bool:
        """Whether enough was entered for complaints to be of use."""
        return bool(self.place.entered)

    @property
    def given(self) -> set[str]:
        """The splits for which the fields name images of their own."""
        return set()

    def suggested_name(self) -> str:
        """What a dataset of it may be called."""
        return name_from(self.place.entered)

    @property
    def secrets(self) -> dict[str, str]:
        """Keys and passwords that were typed in."""
        return {}

    def forget(self) -> None:
        """Forget keys and passwords."""

    def changed(self) -> None:
        """Show and hide fields by what others hold."""

    def on_change(self, call: Callable[[], object]) -> None:
        """Call when what was entered changes."""
        self.tell_changed = call
        for field in self.fields:
            field.on_change(call)

    def add(self, field: Field) -> Field:
        """Take a field up."""
        self.fields.append(field)
        return field

    def complain(self, message: str) -> None:
        """Put what is wrong with the source under the field that it is about."""
        if not blame(self.fields, message) and message:
            self._about(message).complain(message)

    def _about(self, message: str) -> Field:
        """The field whose path the message names, else the first."""
        named = [
            (len(field.entered), field)
            for field in self.fields
            if len(field.entered) > 1 and os.path.expanduser(field.entered) in message
        ]
        return max(named, key=lambda pair: pair[0], default=(0, self.place))[1]


def text_or_none(field: Field) -> str | None:
    """What was entered; None for nothing."""
    return field.entered or None


def name_from(path: str) -> str:
    """The last part of a path that says something."""
    parts = path.replace("\\", "/").rstrip("/").split("/")
    parts[-1] = parts[-1].split(".")[0] or parts[-1]
    return next((part for part in reversed(parts) if part.lower() not in _EMPTY_WORDS), "images")
