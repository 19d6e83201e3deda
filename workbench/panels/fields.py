"""Form fields: a label, what it wants, and its error under it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from workbench.panels.completion import completions
from workbench.panels.view import View, box


class Field:
    """One input with its label and a line below for what is wrong or was found.

    Attributes:
        name: the configuration's name of it; an error message that begins with it belongs here.
        also: other beginnings of messages that belong here.
    """

    def __init__(
        self, name: str, control: widgets.ValueWidget, tooltip: str = "", also: Sequence[str] = ()
    ) -> None:
        self.name, self.control, self.also = name, control, tuple(also)
        # A control shows its own tooltip only where it has no label.
        self._tip = tooltip
        self.message = View("note", text="", tone="error", tip=tooltip)
        self.root = box(control, self.message, kind="wb-field")

    @property
    def value(self) -> Any:
        """What was entered."""
        return self.control.value

    @value.setter
    def value(self, value: Any) -> None:
        self.control.value = value

    @property
    def entered(self) -> str:
        """The text that was entered, without space around it."""
        return str(self.value).strip()

    @property
    def label(self) -> str:
        """What stands over it, without its unit or explanation."""
        return re.split(",| —", self.control.description)[0]

    def on_change(self, call: Callable[[], object]) -> None:
        """Call when what was entered changes."""
        self.control.observe(lambda _: call(), "value")

    def on_enter(self, call: Callable[[], object]) -> None:
        """Call when Enter is pressed in it."""

        def received(_: object, content: object, __: object) -> None:
            if isinstance(content, dict) and content.get("event") == "submit":
                call()

        self.control.on_msg(received)

    def complain(self, text: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        self.message.show(text=text, tone="error", tip=self._tip)
        (self.root.add_class if text else self.root.remove_class)("wb-wrong")

    def tell(self, text: str, tone: str = "ok") -> None:
        """Show what was found."""
        self.root.remove_class("wb-wrong")
        self.message.show(text=text, tone=tone, tip=self._tip)

    def show(self, visible: bool = True) -> None:
        """Show or hide the whole field; what was entered stays."""
        self.root.layout.display = None if visible else "none"


def text(
    name: str,
    label: str,
    value: str = "",
    hint: str = "",
    tooltip: str = "",
    also: Sequence[str] = (),
) -> Field:
    """A line of text."""
    control = widgets.Text(value=value, description=label, placeholder=hint, continuous_update=True)
    return Field(name, control, tooltip, also)


def area(name: str, label: str, hint: str = "", tooltip: str = "") -> Field:
    """Lines of text."""
    control = widgets.Textarea(description=label, placeholder=hint, continuous_update=True)
    return Field(name, control, tooltip, (f"a name in {name}",))


def secret(name: str, label: str, hint: str = "", also: Sequence[str] = ()) -> Field:
    """A line that is not shown."""
    control = widgets.Password(description=label, placeholder=hint)
    return Field(name, control, also=also)


def path(
    name: str, label: str, hint: str = "", tooltip: str = "", endings: Sequence[str] | None = None
) -> Field:
    """A path, completed as one types: folders, and files with one of ``endings``."""
    control = widgets.Combobox(
        description=label, placeholder=hint, ensure_option=False, continuous_update=True
    )
    field = Field(name, control, tooltip)

    def complete() -> None:
        control.options = tuple(completions(field.entered, endings or ()))

    if endings is not None:
        field.on_change(complete)
    return field


def number(
    name: str,
    label: str,
    value: str | float = "",
    hint: str = "",
    tooltip: str = "",
    also: Sequence[str] = (),
) -> Field:
    """A number, as text, so that nothing typed is lost; read it with :func:`as_number`."""
    shown = value if isinstance(value, str) else f"{value:g}"
    return text(name, label, shown, hint, tooltip, also)


def choice(
    name: str,
    label: str,
    options: Sequence[tuple[str, Any]],
    value: Any,
    tooltip: str = "",
    also: Sequence[str] = (),
) -> Field:
    """One of a few, all in sight."""
    control = widgets.ToggleButtons(description=label, options=list(options), value=value)
    if tooltip:
        control.tooltips = [tooltip] * len(options)
    return Field(name, control, also=also)


def select(name: str, label: str, options: Sequence[tuple[str, Any]], tooltip: str = "") -> Field:
    """One of many."""
    return Field(name, widgets.Dropdown(description=label, options=list(options)), tooltip)


def several(name: str, label: str, options: Sequence[tuple[str, Any]], tooltip: str = "") -> Field:
    """Any of many."""
    rows = min(8, max(3, len(options)))
    control = widgets.SelectMultiple(description=label, options=list(options), rows=rows)
    return Field(name, control, tooltip)


def switch(name: str, label: str, tooltip: str = "") -> Field:
    """Yes or no."""
    field = Field(name, widgets.Checkbox(description=label, indent=False), tooltip)
    field.root.add_class("wb-tick")
    return field


def as_number(field: Field, whole: bool = False) -> Any:
    """The number in a field; None when empty; the text itself when it is no number.

    The configuration refuses the text with the sentence that says what it wants.
    """
    entered = field.entered.replace(",", ".")
    if not entered:
        return None
    try:
        value = float(entered)
    except ValueError:
        return field.value
    return int(value) if whole and value.is_integer() else value


def number_or(field: Field, default: Any, whole: bool = False) -> Any:
    """As :func:`as_number`, with a default for an empty field."""
    value = as_number(field, whole)
    return default if value is None else value


def blame(fields: Sequence[Field], message: str) -> bool:
    """Put an error under the field it begins with; tell whether there was one.

    Of several names that fit the longest does: ``validation_folder`` is not ``validation``.
    What code calls ``batch_size`` is called by its label there.
    """
    fits = [(_fit(field, message), -place) for place, field in enumerate(fields)]
    best, place = max(fits, default=(0, 0))
    guilty = fields[-place] if best else None
    for field in fields:
        if field is guilty:
            field.complain(_worded(field, message))
        elif field.message.data.get("tone") == "error":
            field.complain("")
    return guilty is not None


def _fit(field: Field, message: str) -> int:
    names = (field.name, *field.also)
    return max((len(name) for name in names if name and message.startswith(name)), default=0)


def _worded(field: Field, message: str) -> str:
    return re.sub(r"^[\w.]+(?= must )", lambda _: field.label, message)


def fold(title: str, *children: widgets.Widget) -> widgets.Widget:
    """Rarely used fields, folded away; unfolded while one of them is wrong."""
    body = box(*children)
    body.add_class("wb-more-body")
    return box(View("more", title=title), body, kind="wb-more")
