"""A sweep as it goes: how far it is, its figure, and its runs, the best first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench.api import as_code
from workbench.api.sweep import Sweep
from workbench.jobs import LIVE, RESUMABLE, Job, JobSummary
from workbench.panels import format as fmt
from workbench.panels.confirm import Confirm
from workbench.panels.guard import clear_error, guarded
from workbench.panels.view import View, box, button, note
from workbench.sweeps import Trial, ranked
from workbench.sweeps.observe import Observer
from workbench.sweeps.spelling import spell, spell_options, spelled

if TYPE_CHECKING:
    from workbench.panels.sweep import SweepPage

_MOST_ROWS = 200


class SweepView:
    """Everything shown follows from the directories of the sweep and its runs."""

    def __init__(self, page: SweepPage, job: Job) -> None:
        self.page, self.lock, self.error, self.job = page, page.lock, page.error, job
        self.sweep = Sweep(job)
        self.config, self._monitor = self.sweep.config, self.sweep.config.monitor
        self._observer = Observer(job, self._monitor)
        self._confirm = Confirm()
        self._title = View("title", text=job.name)
        self._progress = View("progress", fraction=None, text="")
        self._figures = View("figures", figures=[])
        self._outcome = note()
        self._facts = View("facts", title="Sweep", facts=[])
        self._table = View("table", {"open": self._on_open}, columns=self._columns(), rows=[])
        self._count = note("", "hint")
        self._plot = box(page.figure)
        self.widgets = (
            self._title,
            self._progress,
            self._figures,
            self._buttons(),
            self._confirm.root,
            self._outcome,
            box(
                box(self._plot, self._table, self._count),
                box(self._facts, View("code", code=self._as_code())),
                kind="wb-main-aside",
            ),
        )
        self.refresh()

    def refresh(self) -> None:
        """Show what is new on disk."""
        summary = self.sweep.summary()
        trials = self._observer.read()
        order = ranked(trials, self._monitor)
        self._show(summary, order)
        self._show_table(order)
        self.page.figure.show(self.config, trials, self._observer.noted)

    def detach(self) -> None:
        """Let go of the page's figure before the rest is closed."""
        self._plot.children = ()

    def _buttons(self) -> widgets.Widget:
        self._stop = button("Stop", self._on_stop, "wb-stop", tooltip="Its runs too; resumable")
        self._resume = button("Resume", self._on_resume, "wb-primary", "wb-resume")
        self._open = button("Open the best run", self._on_best, "wb-primary", "wb-open-best")
        self._delete = button("Delete", self._ask, "wb-danger")
        return box(self._stop, self._resume, self._open, self._delete, kind="wb-row")

    def _as_code(self) -> str:
        home, dataset = self.page.home, self.config.base.dataset
        with suppress(LookupError):  # where it is gone its id still says which it was
            dataset = home.reference(Job(home.datasets_dir / dataset))
        return as_code.repeat_sweep(self.config, dataset, self.job.name)

    def _show(self, summary: JobSummary, order: list[Trial]) -> None:
        live, best = summary.status in LIVE, self._best(order)
        sub = f"started {fmt.clock(summary.started)}" if summary.started else ""
        self._title.show(text=summary.name, status=summary.status, sub=sub)
        progress = summary.progress
        text, fraction = "Starting …", 0.0
        if progress is not None:
            left = "" if progress.eta is None else f" · {fmt.duration(progress.eta)} left"
            fraction = progress.fraction
            text = f"{progress.done:.1f} of {progress.total:g} runs{left}"
        self._progress.show(fraction=fraction if live else None, text=text)
        self._figures.show(figures=self._figures_of(summary, order, best))
        self._outcome.show(**_outcome(summary))
        for widget, visible in (
            (self._stop, live),
            (self._resume, summary.status in RESUMABLE),
            (self._open, best is not None),
            (self._delete, not live),
        ):
            widget.layout.display = None if visible else "none"
        # One button a page leads on.
        resumable = summary.status in RESUMABLE
        (self._open.remove_class if resumable else self._open.add_class)("wb-primary")
        self._facts.show(title="Sweep", facts=self._facts_of())

    def _best(self, order: list[Trial]) -> Trial | None:
        return order[0] if order and order[0].objective is not None else None

    def _figures_of(
        self, summary: JobSummary, order: list[Trial], best: Trial | None
    ) -> list[dict[str, str]]:
        counts = [t.status for t in order]
        running = sum(status in LIVE for status in counts)
        ended = len(self._observer.noted.ended)
        name = self._monitor.name.replace("_", " ")
        return [
            {
                "value": self._result(None if best is None else best.objective),
                "label": f"best {name}" + ("" if best is None else f", run {best.number}"),
            },
            {"value": f"{ended} of {self.config.total}", "label": "runs ended"},
            {"value": str(running), "label": f"under way, at most {self.config.at_once}"},
            {"value": str(counts.count("pruned")), "label": "stopped as hopeless"},
            {"value": str(counts.count("failed")), "label": "failed"},
            {
                "value": fmt.duration(summary.seconds),
                "label": "so far" if summary.status in LIVE else "took",
            },
        ]

    def _facts_of(self) -> list[tuple[str, str]]:
        config, base = self.config, self.config.base
        facts = [(field, spell_options(options)) for field, options in config.space.items()]
        facts += [
            ("Method", f"{config.method}, {config.total} runs, {config.at_once} at once"),
            ("Compared by", f"{'highest' if self._monitor.higher_is_better else 'lowest'} "
                            f"{self._monitor.name}"),
        ]  # fmt: skip
        if config.stopping.rule != "none":
            after = f"after {config.stopping.grace:g} epochs"
            facts.append(("Hopeless runs", f"stopped by {config.stopping.rule}, {after}"))
        if "network" not in config.space:
            facts.append(("Network", base.network))
        facts.append(("Seed", str(config.seed)))
        return [*facts, ("Folder", str(self.job.path))]

    def _columns(self) -> list[dict[str, Any]]:
        fields = [{"label": field, "wide": True} for field in self.config.space]
        result = {"label": self._monitor.name.replace("_", " "), "number": True}
        return [{"label": "Run"}, *fields, result, {"label": "Status"}]

    def _show_table(self, order: list[Trial]) -> None:
        best = self._best(order)
        rows = [self._row(trial, trial is best) for trial in order[:_MOST_ROWS]]
        empty = "No run has begun yet."
        self._table.show(columns=self._columns(), rows=rows, empty=empty, open=True)
        more = f"the best {_MOST_ROWS} of {len(order):,} runs" if len(order) > _MOST_ROWS else ""
        self._count.show(text=more, tone="hint")

    def _row(self, trial: Trial, best: bool = False) -> dict[str, Any]:
        at = f", epoch {fmt.epoch(trial.epoch)}" if trial.epoch is not None else ""
        return {
            "id": trial.run or "",
            "sub": spelled(trial.values) + (f" · {trial.error}" if trial.error else ""),
            "cells": [
                f"{self.job.name}-{trial.number}" + (" ★" if best else ""),
                *(spell(value) for value in trial.values.values()),
                f"{self._result(trial.objective)}{at}",
                {"status": trial.status, "text": trial.status},
            ],
        }

    def _result(self, value: float | None) -> str:
        return fmt.percent(value) if "accuracy" in self._monitor.name else fmt.loss(value)

    @guarded
    def _on_open(self, id: str) -> None:
        if id:
            self.page.app.open_run(id)

    @guarded
    def _on_best(self) -> None:
        best = self.sweep.best
        if best is not None:
            self.page.app.open_run(best.id)

    @guarded
    def _on_stop(self) -> None:
        self._stop.disabled = True
        self.job.send("stop")
        self._outcome.show(text="Stopping the runs under way; each keeps a checkpoint …")

    @guarded
    def _on_resume(self) -> None:
        clear_error(self.error)
        self._stop.disabled = False
        self.sweep.resume()
        self.refresh()

    @guarded
    def _ask(self) -> None:
        runs = self.sweep.runs
        size = fmt.size(sum(run.job.size_bytes() for run in runs))
        count = f"{len(runs)} run" + ("" if len(runs) == 1 else "s")
        question = f"Delete the sweep {self.job.name} with its {count}, {size} on disk?"
        self._confirm.ask(question, "Delete", self._on_delete)

    @guarded
    def _on_delete(self) -> None:
        self.sweep.delete()
        self.page.close_sweep()


def _outcome(summary: JobSummary) -> dict[str, Any]:
    if summary.status == "failed":
        text = ". ".join(filter(None, [summary.error, summary.advice]))
        return {"text": text or "The sweep failed; its log tells why.", "tone": "error"}
    if summary.status == "interrupted":
        text = "The process of the sweep ended unexpectedly. Resume goes on with its runs."
        return {"text": text}
    if summary.status == "stopped":
        return {"text": "Stopped, its runs too. Resume goes on with them, then with the others."}
    return {"text": "", "tone": "info"}
