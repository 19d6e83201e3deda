"""The fields of a dataset that every kind of source shares."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from workbench.data import DatasetConfig
from workbench.jobs import Home
from workbench.panels import fields as f
from workbench.panels.image_fields import ImageFields
from workbench.panels.names import unused_name
from workbench.panels.record_fields import RecordFields
from workbench.panels.source_forms import SourceForm
from workbench.panels.split_fields import SplitFields


class DatasetFields:
    """Splits, images, records, name and group.

    Attributes:
        all: every field.
        filling: values are being set by the program, and nobody has typed them.
    """

    def __init__(self) -> None:
        self.splits, self.image, self.records = SplitFields(), ImageFields(), RecordFields()
        self.name = f.text("name", "Name", hint="flowers")
        self.group = f.text("group", "Group", hint="none", tooltip="A heading to list it under.")
        self.all = [
            *self.splits.fields, *self.image.fields, *self.records.fields, self.name, self.group,
        ]  # fmt: skip
        self.filling = False
        self._named, self._offered = False, ""

    def config(self, source: SourceForm) -> DatasetConfig:
        """The configuration that the fields hold, with those of a source.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        return DatasetConfig(
            name=self.name.entered,
            source=source.source(**self.splits.percentages()),
            image=self.image.format(),
            group=self.group.entered,
            **self.splits.values(),
            **self.records.values(),
        )

    def fill(self, config: DatasetConfig) -> None:
        """Fill every field."""
        self.splits.set(config)
        self.image.set(config.image)
        self.records.set(config)
        self.name.value, self.group.value = config.name, config.group
        self._named = True

    def listen(self, change: Callable[[], object], enter: Callable[[], object]) -> None:
        """Call when what was entered changes, and when Enter is pressed."""
        # First, so that a change finds the name to be the person's already.
        self.name.on_change(self._on_name)
        for field in self.all:
            field.on_change(change)
            field.on_enter(enter)

    def changed(self) -> None:
        """Show and hide fields by what others hold."""
        for part in (self.image, self.splits, self.records):
            part.changed()

    def suggest_name(self, source: SourceForm, home: Home) -> None:
        """Offer a name, which no dataset has, until somebody types one."""
        name = source.suggested_name() if source.begun else self._offered
        # Offered once: a field that somebody empties must not fill itself again.
        if name == self._offered:
            return
        self._offered = name
        if not self._named:
            self.filling = True
            self.name.value = unused_name(home, name) if name else ""
            self.filling = False

    def more(self) -> widgets.Widget:
        """What is rarely touched and belongs nowhere else."""
        records = self.records
        return f.fold(
            "Group, storage, unreadable files",
            self.group.root,
            records.encoding.root,
            records.quality.root,
            records.unreadable.root,
        )

    def _on_name(self) -> None:
        if not self.filling:
            self._named = bool(self.name.entered)
