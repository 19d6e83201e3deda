"""Folder: a sub-folder a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.data.sources import ImageFolder, Source
from workbench.panels import fields as f
from workbench.panels.source_forms.base import SourceForm, text_or_none
from workbench.panels.view import box


class FolderForm(SourceForm):
    """The fields of :class:`~workbench.ImageFolder`."""

    key, title, types = "folder", "Folder", ("ImageFolder",)

    def build(self) -> Sequence[widgets.Widget]:
        """The folder; other folders and limits folded away."""
        self.place = self.add(
            f.path(
                "path", "Training folder — one sub-folder a class", "/data/flowers/train",
                "Files in deeper folders belong to the class of the top folder.", (),
            )
        )  # fmt: skip
        self._validation = self.add(
            f.path(
                "validation_folder", "Validation folder, instead of a share", "none",
                "Its sub-folders are the same classes.", (),
            )
        )  # fmt: skip
        self._test = self.add(
            f.path(
                "test_folder", "Test folder, instead of a share", "none",
                "Its sub-folders are the same classes.", (),
            )
        )  # fmt: skip
        self._limits = Limits()
        self.fields += self._limits.fields
        more = f.fold(
            "Other folders, images a class",
            self._validation.root,
            self._test.root,
            self._limits.root,
        )
        return self.place.root, more

    def source(self, **shares: Any) -> Source:
        """The folder with what goes with it."""
        return ImageFolder(
            path=self.place.entered,
            validation_folder=text_or_none(self._validation),
            test_folder=text_or_none(self._test),
            **self._limits.values(),
            **shares,
        )

    def fill(self, source: ImageFolder) -> None:
        """Fill the fields."""
        self.place.value = source.path
        self._validation.value = source.validation_folder or ""
        self._test.value = source.test_folder or ""
        self._limits.fill(source)

    @property
    def given(self) -> set[str]:
        """The splits that have a folder."""
        named = {"val": self._validation.entered, "test": self._test.entered}
        return {split for split, entered in named.items() if entered}


class Limits:
    """The least and the most images a class."""

    def __init__(self) -> None:
        self._least = f.number(
            "min_per_class", "Least a class, images", 2, tooltip="Smaller classes are left out."
        )
        self._most = f.number(
            "max_per_class", "Most a class, images", "", "no limit",
            "Of a larger class, this many are drawn by the seed.",
        )  # fmt: skip
        self.fields = [self._least, self._most]
        self.root = box(self._least.root, self._most.root, kind="wb-pair")

    def values(self) -> dict[str, Any]:
        """Both, as a source takes them."""
        return {
            "min_per_class": f.number_or(self._least, 2, whole=True),
            "max_per_class": f.as_number(self._most, whole=True),
        }

    def fill(self, source: Any) -> None:
        """Fill both from a source."""
        self._least.value = str(source.min_per_class)
        self._most.value = "" if source.max_per_class is None else str(source.max_per_class)
