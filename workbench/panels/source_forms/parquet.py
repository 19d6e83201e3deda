"""Parquet: a column of image bytes and one of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.data.sources import Source
from workbench.data.sources.parquet import ParquetImages
from workbench.panels import fields as f
from workbench.panels.source_forms.arrays import names_field
from workbench.panels.source_forms.base import SourceForm, text_or_none
from workbench.panels.source_forms.names import read_names, write_names
from workbench.panels.view import box


class ParquetForm(SourceForm):
    """The fields of :class:`~workbench.ParquetImages`."""

    key, title, types = "parquet", "Parquet", ("ParquetImages",)

    def build(self) -> Sequence[widgets.Widget]:
        """Path and columns; groups and names folded away."""
        self.place = self.add(
            f.path(
                "path", "A Parquet file, or a folder of them", "/data/flowers",
                "Files with validation or test in their names are those splits.", (".parquet",),
            )
        )  # fmt: skip
        self._image = self.add(f.text("image_column", "Image column", "image"))
        self._label = self.add(f.text("label_column", "Class column", "label"))
        self._group = self.add(
            f.text(
                "group_column", "Group column", hint="none",
                tooltip="Rows of equal values, of one patient say, are never divided.",
            )
        )  # fmt: skip
        self._labels = names_field(self)
        return (
            self.place.root,
            box(self._image.root, self._label.root, kind="wb-pair"),
            f.fold("Groups, names of the classes", self._group.root, self._labels.root),
        )

    def source(self, **shares: Any) -> Source:
        """The files with their columns."""
        return ParquetImages(
            self.place.entered,
            image_column=self._image.entered,
            label_column=self._label.entered,
            group_column=text_or_none(self._group),
            labels=read_names(self._labels.value),
            **shares,
        )

    def fill(self, source: ParquetImages) -> None:
        """Fill the fields."""
        self.place.value = source.path
        self._image.value, self._label.value = source.image_column, source.label_column
        self._group.value = source.group_column or ""
        self._labels.value = write_names(source.labels)
