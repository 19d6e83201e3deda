"""Arrays: NumPy files and the idx files of the MNIST family, told apart by what is there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.data.sources import Source
from workbench.data.sources.arrays import Arrays
from workbench.data.sources.idx import IdxFiles
from workbench.panels import fields as f
from workbench.panels.source_forms.base import SourceForm, text_or_none
from workbench.panels.source_forms.names import read_names, write_names


class ArraysForm(SourceForm):
    """The fields of :class:`~workbench.Arrays` and :class:`~workbench.IdxFiles`."""

    key, title, types = "arrays", "Arrays", ("Arrays", "IdxFiles")

    def build(self) -> Sequence[widgets.Widget]:
        """One path; class numbers beside an ``.npy``; names of the classes."""
        self.place = self.add(
            f.path(
                "path", "An .npz or .npy file, or a folder of idx files", "/data/fashion_mnist",
                "An .npz has x_train and y_train, perhaps x_val, y_val, x_test, y_test; a folder "
                "has train-images-idx3-ubyte and so on, gzipped or not.",
                (".npz", ".npy"),
            )
        )  # fmt: skip
        self._numbers = self.add(
            f.path(
                "labels_path", "Class numbers, an .npy file", "/data/labels.npy",
                "One number an image.", (".npy",),
            )
        )  # fmt: skip
        self._labels = names_field(self)
        self.changed()
        return (
            self.place.root,
            self._numbers.root,
            f.fold("Names of the classes", self._labels.root),
        )

    def source(self, **shares: Any) -> Source:
        """Arrays for a file, idx files for a folder."""
        labels = read_names(self._labels.value)
        if self._is_folder():
            return IdxFiles(self.place.entered, labels=labels, **shares)
        numbers = text_or_none(self._numbers) if self._is_single() else None
        return Arrays(self.place.entered, labels_path=numbers, labels=labels, **shares)

    def fill(self, source: Arrays | IdxFiles) -> None:
        """Fill the fields."""
        self.place.value = source.path
        self._numbers.value = getattr(source, "labels_path", None) or ""
        self._labels.value = write_names(source.labels)

    def changed(self) -> None:
        """Class numbers are asked for where the images have none beside them."""
        self._numbers.show(self._is_single())

    def _is_folder(self) -> bool:
        path = os.path.expanduser(self.place.entered)
        # What is neither there nor named like a file is taken for a folder not written out yet.
        return os.path.isdir(path) or not os.path.splitext(path)[1]

    def _is_single(self) -> bool:
        return self.place.entered.lower().endswith(".npy")


def names_field(form: SourceForm) -> f.Field:
    """A field for the names of classes."""
    return form.add(
        f.area(
            "labels", "Names of the classes, one a line", "as the file has them, else numbers",
            "In the order of the class numbers, which count from 0.",
        )
    )  # fmt: skip
