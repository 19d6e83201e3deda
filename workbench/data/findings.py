"""What a verification report may say: each kind of finding, gravest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data import statistics
from workbench.data.table import REPEATED

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset
    from workbench.data.report import Report

# Deviation of brightness, in grey levels, below which nothing, or hardly anything, is to be seen.
CONSTANT, NEARLY_EMPTY = 0.5, 4.0
# A class with this many times the images of another is worth a word.
IMBALANCE = 10.0
# Originals smaller than half of what they were enlarged to, or longer than four times their width.
ENLARGED, LONG = 2.0, 4.0


@dataclass(frozen=True)
class Finding:
    """One thing found.

    Attributes:
        key: a word that names the kind of finding.
        title: a sentence without its number: "images are there twice".
        tone: ``error`` spoils what is measured, ``warning`` may, ``info`` is good to know.
        count: of what.
        rows: the images it is about, so that one can look at them; equal things adjacent.
        lines: what and why, where there is no image to look at.
        advice: what to do.
        sets: the column that numbers what is equal, where ``rows`` are sets.
    """

    key: str
    title: str
    tone: str
    count: int
    rows: np.ndarray
    lines: tuple[tuple[str, str], ...] = ()
    advice: str = ""
    sets: str = ""

    @property
    def sentence(self) -> str:
        """``1 image has two labels``."""
        return f"{self.count:,} {_singular(self.title) if self.count == 1 else self.title}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values; of the rows the first thousand."""
        return {
            "key": self.key,
            "title": self.title,
            "tone": self.tone,
            "count": self.count,
            "rows": self.rows[:1000].tolist(),
            "lines": [list(line) for line in self.lines[:1000]],
            "advice": self.advice,
        }


# How a title reads when there is one of it: its first noun and its first verb change.
_NOUNS = {
    "sets": "set", "images": "image", "files": "file", "classes": "class", "groups": "group",
    "parts": "part",
}  # fmt: skip
_VERBS = {"are": "is", "have": "has", "were": "was", "show": "shows"}


def _singular(title: str) -> str:
    words = title.split(" ")
    for forms in (_NOUNS, _VERBS):
        place = next((place for place, word in enumerate(words) if word in forms), None)
        if place is not None:
            words[place] = forms[words[place]]
    return " ".join(words)


def _set_count(report: Report, column: str, rows: np.ndarray) -> int:
    return len(np.unique(np.asarray(report.table[column])[rows]))


def _of_sets(
    key: str, title: str, tone: str, column: str, by: str | None, advice: str
) -> Callable[[Report], Finding]:
    def find(report: Report) -> Finding:
        rows = report.sets(column) if by is None else report.mixed(column, by)
        count = _set_count(report, column, rows)
        return Finding(key, title, tone, count, rows, advice=advice, sets=column)

    return find


def _unreadable(report: Report) -> Finding:
    lines = tuple(report.dataset.report["unreadable"])
    count = _told(report, "unreadable", lines)
    return Finding(
        "unreadable", "files could not be read", "warning", count, _none(), lines,
        "mend or remove them",
    )  # fmt: skip


def _left_out(report: Report) -> Finding:
    lines = tuple(report.dataset.report["left_out"])
    return Finding("left-out", "parts were left out", "warning", len(lines), _none(), lines)


def _ignored(report: Report) -> Finding:
    lines = tuple(report.dataset.report["ignored"])
    count = _told(report, "ignored", lines)
    return Finding("ignored", "other files were ignored", "info", count, _none(), lines)


def _told(report: Report, kind: str, lines: Sequence[tuple[str, str]]) -> int:
    """How many there were, of which a report names the first ten thousand."""
    return int(report.dataset.job.summary().facts.get(kind, len(lines)))


def _repeated(report: Report) -> Finding:
    rows = np.flatnonzero(np.asarray(report.table["state"]) == REPEATED)
    return Finding("repeated", "repeated images were left out", "info", len(rows), rows)


def _flat(key: str, title: str, tone: str, low: float, high: float) -> Callable[[Report], Finding]:
    def find(report: Report) -> Finding:
        spread = np.asarray(report.table["spread"])[report.used] * grey_level(report.dataset)
        rows = report.used[(spread >= low) & (spread < high)]
        return Finding(key, title, tone, len(rows), rows, advice="look at them, then exclude them")

    return find


def _imbalance(report: Report) -> Finding:
    train = report.dataset.counts.get("train", {})
    most = max(train.values(), default=0)
    lines = tuple(
        (label, f"{count:,} images, {most / max(1, count):.0f} times fewer than the largest class")
        for label, count in train.items()
        if count * IMBALANCE <= most
    )
    return Finding(
        "imbalance", "classes have far fewer images than others", "warning", len(lines), _none(),
        lines, "weigh the classes, or limit the images of the large ones",
    )  # fmt: skip


def _missing(report: Report) -> Finding:
    lines = tuple(
        (label, f"no image in {split}")
        for split in report.dataset.splits
        for label, count in report.dataset.counts[split].items()
        if not count
    )
    return Finding(
        "missing", "classes are absent from a split", "warning", len(lines), _none(), lines,
        "their accuracy cannot be measured there",
    )  # fmt: skip


def _enlarged(report: Report) -> Finding:
    image = report.dataset.image
    width, height = _originals(report)
    small = (width * ENLARGED <= image.width) & (height * ENLARGED <= image.height)
    rows = report.used[small]
    return Finding(
        "enlarged", "images are enlarged more than twice", "info", len(rows), rows,
        advice="a smaller size loses nothing and trains faster",
    )  # fmt: skip


def _long(report: Report) -> Finding:
    width, height = _originals(report)
    aspect = np.maximum(width, height) / np.maximum(1, np.minimum(width, height))
    rows = report.used[aspect > LONG]
    return Finding(
        "long", "images are more than four times as long as wide", "info", len(rows), rows
    )


def _originals(report: Report) -> tuple[np.ndarray, np.ndarray]:
    width, height = (np.asarray(report.table[name])[report.used] for name in ("width", "height"))
    return width, height


def grey_level(dataset: Dataset) -> float:
    """What turns a deviation as the table has it into grey levels of 0–255: floats have units."""
    return statistics.grey_level(dataset.image.dtype, dataset.range)


def _none() -> np.ndarray:
    return np.zeros(0, np.int64)


FINDERS: tuple[Callable[[Report], Finding], ...] = (
    _of_sets(
        "two-labels", "images have two labels", "error", "twin", "label",
        "decide which is right and relabel or exclude the other",
    ),
    _of_sets(
        "leak", "images are in two splits", "error", "twin", "split",
        "exclude one, or divide again with duplicates kept together",
    ),
    _of_sets(
        "group-leak", "groups are in two splits", "error", "group", "split",
        "divide again: a group in two splits makes figures look better than they are",
    ),
    _of_sets(
        "near-leak", "sets of nearly equal images are in two splits", "warning", "kin", "split",
        "divide again with duplicates kept together",
    ),
    _of_sets(
        "near-two-labels", "sets of nearly equal images have two labels", "warning", "kin", "label",
        "look at them, then relabel or exclude",
    ),
    _unreadable,
    _left_out,
    _imbalance,
    _missing,
    _flat("constant", "images are of one colour", "warning", 0, CONSTANT),
    _of_sets("twins", "images are there more than once", "info", "twin", None, ""),
    _of_sets("kin", "sets of nearly equal images", "info", "kin", None, ""),
    _flat("nearly-empty", "images show hardly anything", "info", CONSTANT, NEARLY_EMPTY),
    _enlarged,
    _long,
    _repeated,
    _ignored,
)  # fmt: skip
# Their kinds, in that order.
KEYS = (
    "two-labels", "leak", "group-leak", "near-leak", "near-two-labels", "unreadable", "left-out",
    "imbalance", "missing", "constant", "twins", "kin", "nearly-empty", "enlarged", "long",
    "repeated", "ignored",
)  # fmt: skip
