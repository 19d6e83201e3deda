"""Lists: text files that name images and their classes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.data.sources import Source
from workbench.data.sources.lists import TextLists
from workbench.panels import fields as f
from workbench.panels.source_forms.base import SourceForm, name_from, text_or_none

_LISTS = (".txt", ".csv", ".tsv", ".jsonl", ".lst", ".list")


class ListsForm(SourceForm):
    """The fields of :class:`~workbench.TextLists`."""

    key, title, types = "lists", "Lists", ("TextLists",)

    def build(self) -> Sequence[widgets.Widget]:
        """A list a split, the names of the classes, where paths begin."""
        self.place = self._list(
            "train", "Training list — a path and a class a line", "/data/flowers/train.txt",
            "Lines of path and class number, or .csv, .tsv, .jsonl with columns path and label.",
        )  # fmt: skip
        self._val = self._list("val", "Validation list, instead of a share", "none")
        self._test = self._list("test", "Test list, instead of a share", "none")
        self._labels = self._list(
            "labels", "Labels file — a class name a line", "none: classes as the lists call them",
            "Class numbers count its lines from 0.",
        )  # fmt: skip
        self._folder = self.add(
            f.path(
                "image_folder", "Image folder, where relative paths begin",
                "the folder of each list", "Put in front of every path that is not absolute.", (),
            )
        )  # fmt: skip
        self._confined = self.add(
            f.switch(
                "confined",
                "Refuse paths that lead out of the folder",
                "For lists of people you do not know.",
            )
        )
        shown = (self.place, self._val, self._test, self._labels, self._folder)
        return *(field.root for field in shown), f.fold("Lists of strangers", self._confined.root)

    def source(self, **shares: Any) -> Source:
        """The lists."""
        return TextLists(
            self.place.entered,
            val=text_or_none(self._val),
            test=text_or_none(self._test),
            labels=text_or_none(self._labels),
            image_folder=text_or_none(self._folder),
            confined=self._confined.value,
            **shares,
        )

    def fill(self, source: TextLists) -> None:
        """Fill the fields."""
        self.place.value = source.train
        self._val.value, self._test.value = source.val or "", source.test or ""
        self._labels.value = source.labels or ""
        self._folder.value, self._confined.value = source.image_folder or "", source.confined

    @property
    def given(self) -> set[str]:
        """The splits that have a list."""
        named = {"val": self._val.entered, "test": self._test.entered}
        return {split for split, entered in named.items() if entered}

    def suggested_name(self) -> str:
        """The folder that the list is in says more than the list."""
        return name_from(os.path.dirname(self.place.entered))

    def _list(self, name: str, label: str, hint: str, tooltip: str = "") -> f.Field:
        return self.add(f.path(name, label, hint, tooltip, _LISTS))
