"""Database: LMDB, HDF5, TFRecord, or an export of this program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.data.sources import Source
from workbench.data.sources.database import Database
from workbench.panels import fields as f
from workbench.panels.source_forms.base import SourceForm, text_or_none

_DATABASES = (".h5", ".hdf5", ".tfrecord", ".tfrecords", ".mdb", ".txt", ".npz")


class DatabaseForm(SourceForm):
    """The fields of :class:`~workbench.Database`."""

    key, title, types = "database", "Database", ("Database",)

    def build(self) -> Sequence[widgets.Widget]:
        """A database a split, and the names of the classes."""
        self.place = self._database(
            "train", "Training database — LMDB, HDF5 or TFRecord", "/data/flowers/train_db",
            "A folder or a file, recognised by its content; of an export of this program its "
            "folder is enough.",
        )  # fmt: skip
        self._val = self._database("val", "Validation database, instead of a share", "none")
        self._test = self._database("test", "Test database, instead of a share", "none")
        self._labels = self.add(
            f.path(
                "labels", "Labels file — a class name a line", "none: classes by their numbers",
                "Class numbers count its lines from 0.", (".txt", ".json"),
            )
        )  # fmt: skip
        return tuple(field.root for field in (self.place, self._val, self._test, self._labels))

    def source(self, **shares: Any) -> Source:
        """The databases."""
        return Database(
            self.place.entered,
            val=text_or_none(self._val),
            test=text_or_none(self._test),
            labels=text_or_none(self._labels),
            **shares,
        )

    def fill(self, source: Database) -> None:
        """Fill the fields."""
        self.place.value, self._labels.value = source.train, source.labels or ""
        self._val.value, self._test.value = source.val or "", source.test or ""

    @property
    def given(self) -> set[str]:
        """The splits that have a database."""
        named = {"val": self._val.entered, "test": self._test.entered}
        return {split for split, entered in named.items() if entered}

    def _database(self, name: str, label: str, hint: str, tooltip: str = "") -> f.Field:
        return self.add(f.path(name, label, hint, tooltip, _DATABASES))
