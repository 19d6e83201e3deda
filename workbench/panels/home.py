"""Home: what runs, what there is, and where to begin."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.api.datasets import delete_dataset, resume_dataset
from workbench.jobs import LIVE, RESUMABLE, Job, JobSummary
from workbench.panels import format as fmt
from workbench.panels.confirm import Confirm
from workbench.panels.guard import guarded
from workbench.panels.page import Page
from workbench.panels.queue_list import QueueList
from workbench.panels.reader import RunReader, thinned
from workbench.panels.view import View, box, button

if TYPE_CHECKING:
    from workbench.panels.app import App

_RUN_COLUMNS: list[dict[str, Any]] = [
    {"label": "Name"},
    {"label": "Dataset", "wide": True},
    {"label": "Status"},
    {"label": "Epoch", "number": True, "wide": True},
    {"label": "Val accuracy", "number": True},
    {"label": "Time", "number": True, "wide": True},
]
_DATASET_COLUMNS: list[dict[str, Any]] = [
    {"label": "Name"},
    {"label": "Images", "number": True},
    {"label": "Status"},
    {"label": "Made", "number": True, "wide": True},
]
_SPARK_POINTS = 40
# Of ten thousand runs the latest; Results has all of them.
_MOST_RUNS = 50
# What runs stands first; what waits without being queued is about to begin.
_ORDER = ("running", "paused", "waiting")


class HomePage(Page):
    """Running jobs first, then runs and datasets; an empty home offers two ways in."""

    name = "home"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._readers: dict[str, RunReader] = {}
        self._confirm = Confirm()
        self._jobs = View("jobs", {"open": self._open, "stop": self._stop}, jobs=[])
        self._queue = QueueList(self, self._open)
        handlers = {"open": self._open, "delete": self._ask, "resume": self._resume}
        self._runs = View("table", handlers, **_table("Runs", _RUN_COLUMNS, []))
        self._datasets = View("table", handlers, **_table("Datasets", _DATASET_COLUMNS, []))
        self._welcome = View("note", text="")
        self._try = button("Try it on MNIST", self._try_mnist, "wb-primary", "wb-try")
        self._new = button("New dataset", self._new_dataset, "wb-primary", "wb-new-dataset")
        self._train = button("Train", self._new_run, "wb-new-run")
        self.fill(
            box(
                View("title", text="Home"),
                box(self._try, self._new, self._train, kind="wb-row"),
                kind="wb-head",
            ),
            self._welcome,
            self._jobs,
            self._queue.root,
            self._confirm.root,
            self._runs,
            self._datasets,
        )

    def refresh(self) -> None:
        """Show the jobs of the home as they are now."""
        found = self.home.summaries()
        names = {summary.id: summary.name for summary in found}
        runs = [summary for summary in found if summary.kind == "run"]
        datasets = [summary for summary in found if summary.kind == "dataset"]
        self._show_welcome(bool(found), bool(datasets))
        queued = self._queue.show(self.home.queue)
        live = [summary for summary in found if summary.status in LIVE and summary.id not in queued]
        live.sort(key=lambda summary: _ORDER.index(summary.status))
        self._readers = {s.id: self._reader(s) for s in live if s.kind == "run"}
        self._jobs.show(jobs=[self._card(summary, names) for summary in live])
        rows = [_run_row(summary, names) for summary in runs[:_MOST_RUNS]]
        self._runs.show(**_table("Runs", _RUN_COLUMNS, rows))
        rows = [_dataset_row(summary) for summary in datasets]
        self._datasets.show(**_table("Datasets", _DATASET_COLUMNS, rows), subs=True)

    def _show_welcome(self, any_jobs: bool, any_datasets: bool) -> None:
        text = (
            ""
            if any_jobs
            else (
                "Nothing here yet. Try it on 70,000 handwritten digits, or make a dataset of your "
                "own images: a folder with a sub-folder a class."
            )
        )
        self._welcome.show(text=text, tone="hint")
        for table in (self._runs, self._datasets):
            table.layout.display = None if any_jobs else "none"
        self._queue.offer_limits(any_datasets)
        self._try.layout.display = None if not any_datasets else "none"
        (self._new.add_class if any_datasets else self._new.remove_class)("wb-primary")
        self._train.layout.display = None if any_datasets else "none"

    def _reader(self, summary: JobSummary) -> RunReader:
        reader = self._readers.get(summary.id) or RunReader(Job(self.home.runs_dir / summary.id))
        reader.read()
        return reader

    def _card(self, summary: JobSummary, names: dict[str, str]) -> dict[str, Any]:
        curve: list[float] = []
        if summary.id in self._readers:
            curve = thinned(self._readers[summary.id].history["train_loss"], _SPARK_POINTS)
        return {
            "id": summary.id,
            "name": summary.name,
            "status": summary.status,
            "text": progress_text(summary, names.get(summary.dataset or "")),
            "fraction": _fraction(summary),
            "curve": curve,
        }

    def _job(self, job_id: str) -> Job:
        return self.home.job(job_id)

    @guarded
    def _new_dataset(self) -> None:
        self.app.new_dataset()

    @guarded
    def _new_run(self) -> None:
        self.app.new_run()

    @guarded
    def _open(self, id: str) -> None:
        kind = self._job(id).kind
        if kind == "run":
            self.app.open_run(id)
        elif kind == "sweep":
            self.app.open_sweep(id)
        else:
            self.app.open_dataset(id)

    @guarded
    def _stop(self, id: str) -> None:
        self._job(id).send("stop")

    @guarded
    def _resume(self, id: str) -> None:
        job = self._job(id)
        if job.kind == "dataset":
            self._resume_dataset(job)
            return
        from workbench.api.run import Run

        Run(job).resume()
        self.refresh()

    def _resume_dataset(self, job: Job) -> None:
        """Go on with a dataset, or ask for what only the person knows."""
        if job.config["source"].get("type") == "S3Folder":
            self.app.open_dataset(job.id)
            return
        self.begin(lambda: resume_dataset(job), lambda _: self.refresh())

    @guarded
    def _ask(self, id: str) -> None:
        job = self._job(id)
        what = "the run" if job.kind == "run" else "the dataset"
        self.home.check_unused(job)
        question = f"Delete {what} {job.name} and its {fmt.size(job.size_bytes())} on disk?"
        self._confirm.ask(question, "Delete", partial(self._delete, id))

    @guarded
    def _delete(self, id: str) -> None:
        job = self._job(id)
        if job.kind == "dataset":
            delete_dataset(job)
        else:
            self.home.delete(job)
        self.refresh()

    @guarded
    def _try_mnist(self) -> None:
        self.app.try_mnist()


def _fraction(summary: JobSummary) -> float | None:
    """The share done; None of what goes on and cannot be counted."""
    progress = summary.progress
    if progress is None or progress.unit:
        return progress.fraction if progress else 0
    return None if summary.status == "running" else 0


def progress_text(summary: JobSummary, dataset: str | None = None) -> str:
    """``mnist · epoch 14.6 / 30 · 1:58 left``."""
    parts = [dataset] if dataset else []
    progress = summary.progress
    if progress is not None:
        if progress.unit == "epochs" and summary.epoch > 0:
            parts.append(f"epoch {fmt.epoch(progress.done, progress.total)}")
        elif progress.unit and progress.unit != "epochs":
            done, total = fmt.count(progress.done), fmt.count(progress.total)
            parts.append(f"{progress.message} {done} of {total} {progress.unit}")
        elif progress.message:
            parts.append(
                f"{progress.message} …" if summary.status != "waiting" else progress.message
            )
        if progress.eta is not None:
            parts.append(f"{fmt.duration(progress.eta)} left")
    return " · ".join(parts)


def _table(
    heading: str, columns: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "heading": heading,
        "columns": columns,
        "rows": rows,
        "empty": f"No {heading.lower()} yet.",
        "open": True,
        "actions": True,
    }


def actions_of(summary: JobSummary) -> list[dict[str, str]]:
    """What can be done with a job from a list."""
    if summary.status in LIVE:
        return []
    delete = {"label": "Delete", "icon": "×", "event": "delete", "title": f"Delete {summary.name}"}
    if summary.status not in RESUMABLE:
        return [delete]
    way = "where it stopped" if summary.kind == "run" else "until it is made"
    title = f"Go on with {summary.name} {way}"
    return [{"label": "Resume", "icon": "▶", "event": "resume", "title": title}, delete]


def _run_row(summary: JobSummary, names: dict[str, str]) -> dict[str, Any]:
    dataset = names.get(summary.dataset or "", fmt.NONE)
    epochs = fmt.epoch(summary.epoch, summary.epochs)
    return {
        "id": summary.id,
        "sub": f"{dataset} · epoch {epochs}",
        "cells": [
            summary.name,
            dataset,
            {"status": summary.status, "text": summary.status},
            epochs,
            fmt.percent(summary.metrics.get("val_accuracy")),
            fmt.duration(summary.seconds),
        ],
        "actions": actions_of(summary),
    }


def _dataset_row(summary: JobSummary) -> dict[str, Any]:
    counts = summary.facts.get("counts", {})
    image = summary.config.get("image", {})
    about = [
        f"{summary.facts['classes']} classes" if "classes" in summary.facts else "",
        f"{image.get('width')}×{image.get('height')} "
        f"{'grey' if image.get('channels') == 1 else 'colour'}",
    ]
    skipped = summary.facts.get("unreadable", 0)
    status = {"status": summary.status, "text": summary.status}
    if summary.status == "done" and skipped:
        status = {"status": "warn", "text": f"done, {skipped:,} skipped"}
    return {
        "id": summary.id,
        "sub": " · ".join(filter(None, about)),
        "cells": [
            summary.name,
            fmt.count(sum(counts.values())) if counts else fmt.NONE,
            status,
            fmt.clock(summary.created),
        ],
        "actions": actions_of(summary),
    }
