"""What a new version of a dataset will change: a list of steps, each of which can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.data import Dataset
from workbench.data.sources.derived import FromDatasets
from workbench.validation import check, check_text

# No class is called so; it stands for "left out".
_OUT = ""


@dataclass(frozen=True)
class Edit:
    """One step.

    Attributes:
        rows: the images it is about; empty when it is about a class.
        old: the class it is about; empty when it is about images.
        new: the class they become; empty for none: they are left out.
    """

    rows: tuple[int, ...] = ()
    old: str = ""
    new: str = _OUT

    def __str__(self) -> str:
        if self.old:
            return f"leave out class {self.old}" if not self.new else f"{self.old} → {self.new}"
        count = f"{len(self.rows):,} image{'' if len(self.rows) == 1 else 's'}"
        return f"{count} excluded" if not self.new else f"{count} → {self.new}"


@dataclass
class _State:
    """What the steps come to: a name for every old class, and for the images that differ."""

    names: dict[str, str]
    rows: dict[int, str] = field(default_factory=dict)

    def apply(self, edit: Edit) -> None:
        if not edit.old:
            self.rows.update(dict.fromkeys(edit.rows, edit.new))
            return
        for names in (self.names, self.rows):
            for key, name in names.items():
                if name == edit.old:
                    names[key] = edit.new  # type: ignore[index]


class Edits:
    """The steps so far; a later one prevails over an earlier one.

    Args:
        changed: called after every change.
    """

    def __init__(self, dataset: Dataset, changed: Callable[[], object] = lambda: None) -> None:
        self._dataset, self.changed = dataset, changed
        self.log: list[Edit] = []
        self._state = _State({label: label for label in dataset.labels})

    def __len__(self) -> int:
        return len(self.log)

    @property
    def classes(self) -> list[str]:
        """What the classes are called by now, those that images were moved to among them."""
        names = [*self._state.names.values(), *self._state.rows.values()]
        return [name for name in dict.fromkeys(names) if name != _OUT]

    def exclude(self, rows: Sequence[int]) -> None:
        """Leave images out."""
        self._add(Edit(rows=tuple(int(row) for row in rows)))

    def relabel(self, rows: Sequence[int], name: str) -> None:
        """Move images to a class, which may be new.

        Raises:
            InvalidValue: no class can be called so.
        """
        check_text("the name of a class", name)
        self._add(Edit(rows=tuple(int(row) for row in rows), new=name))

    def rename(self, old: str, new: str) -> None:
        """Call a class otherwise; with the name of another the two become one.

        Raises:
            InvalidValue: no class can be called so, or there is none to rename.
        """
        check(old in self.classes, f"there is no class {old!r} any more")
        check_text("the name of a class", new)
        check(old != new, f"the class is called {old!r} already")
        self._add(Edit(old=old, new=new))

    def leave_out(self, old: str) -> None:
        """Leave a class out.

        Raises:
            InvalidValue: there is no such class, or too few would be left.
        """
        left = [name for name in self.classes if name != old]
        check(old in self.classes, f"there is no class {old!r} any more")
        check(len(left) > 1, "a classifier needs two classes or more")
        self._add(Edit(old=old))

    def undo(self, place: int) -> None:
        """Take one step back, wherever it stands."""
        del self.log[place]
        self._state = _State({label: label for label in self._dataset.labels})
        for edit in self.log:
            self._state.apply(edit)
        self.changed()

    def mark(self, row: int) -> str:
        """What becomes of an image, in a word; empty when nothing does."""
        name = self._state.rows.get(row)
        if name is None:
            return ""
        return "excluded" if name == _OUT else f"→ {name}"

    def source(self, **fields: Any) -> FromDatasets:
        """The source of the new version.

        Args:
            fields: the others of :class:`workbench.FromDatasets`.

        Raises:
            InvalidValue: a field is out of range.
        """
        names, table = self._state.names, self._dataset.table
        labels = np.asarray(table["label"])
        exclude, relabel = [], []
        for row, name in sorted(self._state.rows.items()):
            if name == _OUT:
                exclude.append((0, row))
            elif name != names[self._dataset.labels[labels[row]]]:
                relabel.append((0, row, name))
        classes = {old: new for old, new in names.items() if old != new}
        return FromDatasets(
            (self._dataset.id,),
            classes=classes,
            exclude=tuple(exclude),
            relabel=tuple(relabel),
            **fields,
        )

    def _add(self, edit: Edit) -> None:
        self._state.apply(edit)
        self.log.append(edit)
        self.changed()
