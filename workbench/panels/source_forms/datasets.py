"""Datasets: a subset, a merger, another division, other names for classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.data.sources import Source
from workbench.data.sources.derived import FromDatasets
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.source_forms.base import SourceForm
from workbench.panels.source_forms.names import read_pairs, write_pairs
from workbench.panels.view import box, button, note


class DatasetsForm(SourceForm):
    """The fields of :class:`~workbench.FromDatasets`.

    Which single images are left out or relabelled is chosen where one looks at them; here it is
    kept, told, and may be dropped.
    """

    key, title, types = "datasets", "Datasets", ("FromDatasets",)

    def build(self) -> Sequence[widgets.Widget]:
        """The datasets, what becomes of their splits, classes renamed or left out."""
        self._order: tuple[str, ...] = ()
        self._exclude: tuple[tuple[int, int], ...] = ()
        self._relabel: tuple[tuple[int, int, str], ...] = ()
        found = [s for s in self.home.summaries("dataset") if s.status == "done"]
        self._names = {s.id: s.name for s in found}
        options = [(_title(s.name, s.facts.get("counts", {}), s.id), s.id) for s in found]
        self.place = self.add(
            f.several(
                "datasets", "Datasets — Ctrl-click takes several", options,
                "Classes of the same name become one class.",
            )
        )  # fmt: skip
        if not found:
            self.place.tell("There is no finished dataset yet.", "hint")
        self._divide = self.add(
            f.choice(
                "divide", "Splits", [("As they are", "keep"), ("Draw anew", "again")], "keep",
                "Keep every image in its split, or draw all of them anew by the percentages.",
            )
        )  # fmt: skip
        self._classes = self.add(
            f.area(
                "classes", "Rename classes, old = new a line", "cat = animal\nblurred =",
                "Two classes given one name become one; nothing after = leaves the class out.",
            )
        )  # fmt: skip
        self._most = self.add(
            f.number(
                "max_per_class", "Most a class, images", "", "no limit",
                "Of a larger class, this many are drawn by the seed.",
            )
        )  # fmt: skip
        self._chosen = note("", "hint")
        self._drop = button("Drop these changes", self._forget_images, "wb-link")
        self._tell_chosen()
        return (
            self.place.root,
            self._divide.root,
            box(self._chosen, self._drop, kind="wb-row"),
            f.fold("Classes", self._classes.root, self._most.root),
        )

    def source(self, **shares: Any) -> Source:
        """The datasets and what changes."""
        chosen = self._ordered()
        places = {old: new for old, new in self._moves(chosen).items() if new is not None}
        return FromDatasets(
            chosen,
            divide=self._divide.value,
            classes=read_pairs(self._classes.value, "classes"),
            exclude=tuple((places[at], row) for at, row in self._exclude if at in places),
            relabel=tuple((places[at], row, n) for at, row, n in self._relabel if at in places),
            max_per_class=f.as_number(self._most, whole=True),
            **shares,
        )

    def fill(self, source: FromDatasets) -> None:
        """Fill the fields."""
        self._order, self._exclude, self._relabel = (
            source.datasets,
            source.exclude,
            source.relabel,
        )
        self.place.value = tuple(i for i in self._names if i in source.datasets)
        self._divide.value = source.divide
        self._classes.value = write_pairs(source.classes)
        self._most.value = "" if source.max_per_class is None else str(source.max_per_class)
        self._tell_chosen()
        if gone := [i for i in source.datasets if i not in self._names]:
            self.place.complain(f"datasets {', '.join(gone)} are gone")

    @property
    def begun(self) -> bool:
        """Whether one is chosen."""
        return bool(self.place.value)

    @property
    def given(self) -> set[str]:
        """Both, where splits are kept."""
        return {"val", "test"} if self._divide.value == "keep" else set()

    def suggested_name(self) -> str:
        """The first dataset's name and a number."""
        chosen = self._ordered()
        name, taken = self._names[chosen[0]], set(self._names.values())
        if len(chosen) > 1:
            name = "-".join(self._names[i] for i in chosen)[:100]
        return next(f"{name}-{n}" for n in range(2, 10_000) if f"{name}-{n}" not in taken)

    def _ordered(self) -> tuple[str, ...]:
        """What is chosen: first in the order it came with, then as it is listed."""
        chosen = self.place.value
        kept = [i for i in self._order if i in chosen]
        return (*kept, *(i for i in chosen if i not in kept))

    def _moves(self, chosen: tuple[str, ...]) -> dict[int, int | None]:
        """Where each dataset that images were chosen of is now."""
        return {at: chosen.index(i) if i in chosen else None for at, i in enumerate(self._order)}

    def _forget_images(self) -> None:
        self._exclude, self._relabel = (), ()
        self._tell_chosen()
        self.tell_changed()

    def _tell_chosen(self) -> None:
        parts = []
        if self._exclude:
            parts.append(f"{fmt.count(len(self._exclude))} images left out")
        if self._relabel:
            parts.append(f"{fmt.count(len(self._relabel))} images relabelled")
        self._chosen.show(text=", ".join(parts), tone="hint")
        self._drop.layout.display = None if parts else "none"


def _title(name: str, counts: dict[str, int], job_id: str) -> str:
    return f"{name} · {fmt.count(sum(counts.values()))} images · {job_id}"
