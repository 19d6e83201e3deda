"""Form fields: a label, what it wants, and its error under it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from workbench.panels.view import View, box


class Field:
    """One input with its label and a line below for what is wrong or was found.

    Attributes:
        name: the configuration's name of it; an error message that begins with it belongs here.
    """

    def __init__(self, name: str, control: widgets.ValueWidget, tooltip: str = "") -> None:
        self.name, self.control = name, control
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
    def label(self) -> str:
        """What stands over it, without its unit or explanation."""
        return re.split(",| —", self.control.description)[0]

    def on_change(self, call: Callable[[], object]) -> None:
        """Call when what was entered changes."""
        self.control.observe(lambda _: call(), "value")

    def on_enter(self, call: Callable[[], object]) -> None:
        """Call when Enter is pressed in it."""

        def received(_: object, content: dict[str, Any], __: object) -> None:
            if content.get("event") == "submit":
                call()

        self.control.on_msg(received)

    def complain(self, text: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        self.message.show(text=text, tone="error", tip=self._tip)
        (self.root.add_class if text else self.root.remove_class)("wb-wrong")

    def tell(self, text: str) -> None:
        """Show what was found."""
        self.root.remove_class("wb-wrong")
        self.message.show(text=text, tone="ok", tip=self._tip)


def text(name: str, label: str, value: str = "", hint: str = "", tooltip: str = "") -> Field:
    """A line of text."""
    control = widgets.Text(value=value, description=label, placeholder=hint, continuous_update=True)
    return Field(name, control, tooltip)


def path(name: str, label: str, hint: str = "", tooltip: str = "") -> Field:
    """A path, completed as one types."""
    control = widgets.Combobox(
        description=label, placeholder=hint, ensure_option=False, continuous_update=True
    )
    return Field(name, control, tooltip)


def number(
    name: str, label: str, value: str | float = "", hint: str = "", tooltip: str = ""
) -> Field:
    """A number, as text, so that nothing typed is lost; read it with :func:`as_number`."""
    shown = value if isinstance(value, str) else f"{value:g}"
    return text(name, label, shown, hint, tooltip)


def choice(
    name: str, label: str, options: Sequence[tuple[str, Any]], value: Any, tooltip: str = ""
) -> Field:
    """One of a few, all in sight."""
    control = widgets.ToggleButtons(description=label, options=list(options), value=value)
    if tooltip:
        control.tooltips = [tooltip] * len(options)
    return Field(name, control, "")


def select(name: str, label: str, options: Sequence[tuple[str, Any]], tooltip: str = "") -> Field:
    """One of many."""
    return Field(name, widgets.Dropdown(description=label, options=list(options)), tooltip)


def as_number(field: Field, whole: bool = False) -> Any:
    """The number in a field; None when empty; the text itself when it is no number.

    The configuration refuses the text with the sentence that says what it wants.
    """
    entered = str(field.value).strip().replace(",", ".")
    if not entered:
        return None
    try:
        value = float(entered)
    except ValueError:
        return field.value
    return int(value) if whole and value.is_integer() else value


def blame(fields: Sequence[Field], message: str) -> bool:
    """Put an error under the field it begins with; tell whether there was one.

    What code calls ``batch_size`` is called by its label there.
    """
    found = False
    for field in fields:
        mine = not found and message.startswith(field.name)
        field.complain(_worded(field, message) if mine else "")
        found = found or mine
    return found


def _worded(field: Field, message: str) -> str:
    return re.sub(r"^[\w.]+(?= must )", lambda _: field.label, message)


def fold(title: str, *children: widgets.Widget) -> widgets.Accordion:
    """Rarely used fields, folded away."""
    made = widgets.Accordion(children=[box(*children)], titles=(title,), selected_index=None)
    made.add_class("wb-more")
    return made
