"""Some fields of the form under a heading, made when they are first looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import ipywidgets as widgets

from workbench.panels import fields as f
from workbench.panels.guard import guarded
from workbench.panels.train_form.host import Host
from workbench.panels.train_form.inputs import Inputs
from workbench.panels.view import View, box
from workbench.training.config import TrainConfig


class Part:
    """Some fields of a :class:`TrainConfig`, folded away.

    Until it is unfolded it holds their values as they are: seventy fields at once would take
    the page half a second.

    Attributes:
        title: the heading.
        names: which fields of the configuration it holds.
        root: what is shown.
    """

    title: ClassVar[str] = ""
    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, host: Host) -> None:
        self.host, self.lock, self.error = host, host.lock, host.error
        self._held: dict[str, Any] = {}
        self._heard: set[f.Field] = set()
        self._head = View("more", {"open": self._on_open}, title=self.title, told=True)
        self._body = box()
        self._body.add_class("wb-more-body")
        self.root = box(self._head, self._body, kind="wb-more")
        self.root.add_class(f"wb-part-{self.names[0].replace('_', '-')}")
        self.made = False

    @property
    def fields(self) -> Sequence[f.Field]:
        """The fields there are by now."""
        return self.all_fields() if self.made else ()

    def fill(self, config: TrainConfig) -> None:
        """Hold the values of a configuration."""
        self._held = {name: getattr(config, name) for name in self.names}
        if self.made:
            self.write(self._held)

    def values(self) -> dict[str, Any]:
        """The values it holds, by name.

        Raises:
            InvalidValue: a field is wrong.
        """
        return self.read() if self.made else self._held

    def open(self) -> None:
        """Make the fields."""
        if self.made:
            return
        self._body.children = tuple(self.build())
        self.made = True
        self.write(self._held)
        for field in self.fields:
            self.listen(field)

    def listen(self, field: f.Field) -> None:
        """Tell the form when a field changes, and when Enter is pressed in it; once is enough."""
        if field in self._heard:
            return
        self._heard.add(field)
        field.on_change(self.host.changed)
        field.on_enter(self.host.enter)

    def unfold(self) -> None:
        """Make the fields and show them."""
        self.root.add_class("wb-unfolded")
        self._on_open()

    def owns(self, message: str) -> bool:
        """Whether an error is about one of its fields."""
        return message.startswith(self.names)

    def note(self, text: str) -> None:
        """Say beside the heading what the folded fields hold."""
        self._head.show(title=self.title, note=text, told=True)

    def show(self, visible: bool) -> None:
        """Show or hide the whole part; what it holds stays."""
        self.root.layout.display = None if visible else "none"

    def build(self) -> Sequence[widgets.Widget]:
        """Make the fields; return what is shown of them."""
        raise NotImplementedError

    def all_fields(self) -> Sequence[f.Field]:
        """The fields that :meth:`build` made."""
        raise NotImplementedError

    def read(self) -> dict[str, Any]:
        """The values in the fields."""
        raise NotImplementedError

    def write(self, values: dict[str, Any]) -> None:
        """Fill the fields."""
        raise NotImplementedError

    def summary(self, config: TrainConfig) -> str:
        """What it holds, in a few words."""
        raise NotImplementedError

    def changed(self, config: TrainConfig | None) -> None:
        """Show what the fields lead to; None where one of the form is wrong."""
        if config is not None:
            self.note(self.summary(config))

    @guarded
    def _on_open(self) -> None:
        if not self.made:
            self.open()
            self.host.changed()


class PlainPart(Part):
    """A part whose fields are those of the configuration, one to one."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.inputs = Inputs()

    def all_fields(self) -> Sequence[f.Field]:
        """All of them."""
        return list(self.inputs)

    def read(self) -> dict[str, Any]:
        """The values in the fields."""
        return self.inputs.read()

    def write(self, values: dict[str, Any]) -> None:
        """Fill the fields."""
        self.inputs.write(values)


def said(*parts: tuple[bool, str]) -> str:
    """The texts of what holds, in one line."""
    return ", ".join(text for holds, text in parts if holds)
