"""A finished dataset: counts, mean image, what was left out, and its images page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.api import as_code
from workbench.data import Dataset
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.confirm import Confirm
from workbench.panels.guard import guarded
from workbench.panels.view import View, box, button, note

if TYPE_CHECKING:
    from workbench.panels.data import DataPage

_PAGE = 60
_MOST_SIDE = 64


class DatasetView:
    """What there is to see of a dataset."""

    def __init__(self, page: DataPage, dataset: Dataset) -> None:
        self.page, self.lock, self.error = page, page.lock, page.error
        self.dataset, self._offset = dataset, 0
        self._confirm = Confirm()
        self._code = View("code", code=as_code.create_dataset(dataset.config))
        self.split = f.select("split", "Split", [(_split_name(n), n) for n in dataset.splits])
        labels: list[tuple[str, str | None]] = [("all classes", None)]
        labels += [(label, label) for label in dataset.labels]
        self.label = f.select("label", "Class", labels)
        self.split.on_change(self._first)
        self.label.on_change(self._first)
        self._sheet = View(
            "sheet",
            {"page": self._turn, "pick": self._pick},
            items=[],
            width=1,
            height=1,
            channels=1,
        )
        self._sheet.add_class("wb-explore-grid")
        self._where = note("", "hint")
        self._picked = note("", "hint")
        self.widgets = (
            View("title", text=dataset.name, status="done", sub=self._about()),
            box(
                button("Train a network", self._train, "wb-primary", "wb-train-on"),
                button("New dataset", page.show_form),
                button("Delete", self._ask, "wb-danger"),
                kind="wb-row",
            ),
            self._confirm.root,
            box(self._explore(), box(*self._facts()), kind="wb-main-aside"),
        )
        self._show_page()

    def _about(self) -> str:
        source = self.dataset.config.source.describe()
        return f"{len(self.dataset.labels)} classes · {self.dataset.image.describe()} · {source}"

    def _explore(self) -> object:
        earlier = button("◀", lambda: self._turn(-1), tooltip="Earlier images")
        later = button("▶", lambda: self._turn(1), tooltip="Later images")
        return box(
            View("heading", text="What the network will see"),
            box(self.split.root, self.label.root, kind="wb-pair"),
            self._sheet,
            box(earlier, later, self._where, kind="wb-row"),
            self._picked,
            self._code,
        )

    def _facts(self) -> list[View]:
        dataset = self.dataset
        splits = list(dataset.splits)
        rows = [
            {"label": label, "counts": [dataset.counts[split][label] for split in splits]}
            for label in dataset.labels
        ]
        mean = np.rint(dataset.mean_image).astype(np.uint8)
        height, width, channels = mean.shape
        picture = View("picture", width=width, height=height, channels=channels, label="mean image")
        picture.blob = mean.tobytes()
        facts = [
            ("Images", ", ".join(f"{fmt.count(len(s))} {n}" for n, s in dataset.splits.items())),
            ("Resize", dataset.image.resize),
            ("Seed", str(dataset.config.seed)),
            ("On disk", fmt.size(dataset.job.size_bytes())),
            ("Folder", str(dataset.job.path)),
            ("Made", fmt.clock(dataset.job.created)),
        ]
        report = dataset.report
        return [
            View("counts", rows=rows, splits=splits),
            picture,
            View("facts", title="Dataset", facts=facts),
            _lines("files could not be read", report["unreadable"], opened=True),
            _lines("classes were left out", report["left_out"], opened=True),
            _lines("other files were ignored", report["ignored"], opened=False),
        ]

    @guarded
    def _first(self) -> None:
        self._offset = 0
        self._show_page()

    @guarded
    def _turn(self, by: int) -> None:
        offset = self._offset + by * _PAGE
        if 0 <= offset < self._total:
            self._offset = offset
            self._show_page()

    @guarded
    def _pick(self, index: int) -> None:
        split = str(self.split.value)
        path = self.dataset.paths(split, [index])[0]
        label = self.dataset.labels[self.dataset.splits[split].targets[index]]
        self._picked.show(text=f"class {label} · {path}", tone="hint")

    def _show_page(self) -> None:
        split = str(self.split.value)
        page = self.dataset.page(split, self.label.value, self._offset, _PAGE)
        self._total = page.total
        indices = [item.index for item in page.items]
        pictures = thumbnails(self.dataset.splits[split].images[indices])
        _, height, width, channels = pictures.shape
        items = [
            {"index": item.index, "title": f"{item.label} · {item.path}"} for item in page.items
        ]
        self._sheet.show(
            blob=pictures.tobytes(), items=items, width=width, height=height, channels=channels,
            cell=max(36, min(72, width)),
        )  # fmt: skip
        last = self._offset + len(items)
        text = f"{self._offset + 1:,}–{last:,} of {page.total:,}" if items else "none"
        self._where.show(text=text, tone="hint")

    @guarded
    def _train(self) -> None:
        self.page.app.new_run(self.dataset.id)

    @guarded
    def _ask(self) -> None:
        size = fmt.size(self.dataset.job.size_bytes())
        question = (
            f"Delete the dataset {self.dataset.name} and its {size} of records? "
            "Your own images stay where they are."
        )
        self._confirm.ask(question, "Delete", self._delete)

    @guarded
    def _delete(self) -> None:
        self.page.home.delete(self.dataset.job)
        self.page.close_dataset()


def thumbnails(images: np.ndarray) -> np.ndarray:
    """Images small enough to send: every n-th pixel, at most 64 a side."""
    step = max(1, -(-max(images.shape[1:3]) // _MOST_SIDE))
    return np.ascontiguousarray(images[:, ::step, ::step])


def _split_name(split: str) -> str:
    return {"train": "training", "val": "validation", "test": "test"}[split]


def _lines(what: str, found: list[tuple[str, str]], opened: bool) -> View:
    return View("lines", title=f"{len(found):,} {what}", lines=list(found), open=opened)
