"""A run as it goes: progress, figures, curves, and what can be done with it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench import networks
from workbench.api import as_code
from workbench.api.run import Run
from workbench.jobs import LIVE, RESUMABLE, Event, Job, JobReader, JobSummary
from workbench.panels import format as fmt
from workbench.panels.confirm import Confirm
from workbench.panels.guard import clear_error, guarded
from workbench.panels.hardware import hardware
from workbench.panels.home import progress_text
from workbench.panels.live_layers import LiveLayers
from workbench.panels.reader import RunReader
from workbench.panels.run_control import RunControl
from workbench.panels.view import View, box, button, note, show_if
from workbench.training.config import TrainConfig
from workbench.training.health import sentence
from workbench.training.schedules import describe
from workbench.training.supply import INPUT, NETWORK

if TYPE_CHECKING:
    from workbench.panels.train import TrainPage

_LOOK_EVERY_S = 2.0
_LOG_BYTES = 20_000
_BOTTLENECKS = {
    "": "not known yet",
    NETWORK: "the network; images are ready before it wants them",
    INPUT: "the images; the network waits for them — less augmentation, smaller records or more "
    "processor cores help",
}


class RunView:
    """Everything shown follows from the run's directory; nothing is kept here."""

    def __init__(self, page: TrainPage, job: Job) -> None:
        self.page, self.lock, self.error, self.job = page, page.lock, page.error, job
        self.config = TrainConfig.from_dict(job.config)
        self._state, self._reader = JobReader(job), RunReader(job)
        self._seen: JobSummary | None = None
        self._drawn = -1
        self._looked_at = 0.0
        self._confirm = Confirm()
        self._make_parts()
        self.widgets = (
            self._title,
            self._progress,
            self._figures,
            self._buttons(),
            self._confirm.root,
            self._outcome,
            box(
                box(self._curves, self._findings, self._layers.root, self._code),
                box(self._facts, self._hardware, self._notes_box(), self._history, self._log),
                kind="wb-main-aside",
            ),
        )
        self.refresh()

    @property
    def live(self) -> bool:
        """Whether the run was being executed when last looked at."""
        return self._seen is not None and self._seen.status in LIVE

    def refresh(self) -> None:
        """Show what is new on disk."""
        # In this order: a run that is shown as done is shown with all its points.
        summary = self._state.summary()
        self._reader.read()
        if summary != self._seen:
            self._seen = summary
            self._show(summary)
        self._draw()
        self._layers.follow(self._reader.looks)
        self._findings.show(text=self._findings_text())
        if self.live and time.monotonic() - self._looked_at > _LOOK_EVERY_S:
            self._looked_at = time.monotonic()
            self._hardware.show(title="Hardware", facts=hardware())
            self._show_log()

    def detach(self) -> None:
        """Let go of the page's figure before the rest is closed."""
        self._curves.children = ()

    def _make_parts(self) -> None:
        self._title = View("title", text=self.job.name)
        self._progress = View("progress", fraction=None, text="")
        self._figures = View("figures", figures=[])
        self._outcome = note()
        self._facts = View("facts", title="Run", facts=[])
        self._hardware = View("facts", title="Hardware", facts=hardware())
        self._history = View("lines", title="", lines=[])
        self._log = View("text", title="Log", text="")
        self._curves = box(self.page.curves)
        self._code = View("code", code=self._as_code())
        self._findings = note()
        self._layers = LiveLayers(self.page, self.job)

    def _as_code(self) -> str:
        home = self.page.home
        try:
            dataset = home.reference(Job(home.datasets_dir / self.config.dataset))
        except LookupError:
            dataset = self.config.dataset
        return as_code.train(self.config, dataset, self.job.name)

    def _dataset_name(self) -> str:
        try:
            return Job(self.page.home.datasets_dir / self.config.dataset).name
        except LookupError:
            return self.config.dataset

    def _buttons(self) -> widgets.Widget:
        self._stop = button("Stop", self._send_stop, "wb-stop", tooltip="It can be resumed")
        self._resume = button("Resume", self._on_resume, "wb-primary", "wb-resume")
        self._try = button("Try it on an image", self._inspect, "wb-primary", "wb-try-image")
        self._clone = button(
            "Clone", self._on_clone, "wb-clone", tooltip="The form, filled as for this run"
        )
        self._delete = button("Delete", self._ask, "wb-danger")
        another = button("New run", self._on_new)
        self._control = RunControl(self.page, self.job)
        return box(
            box(
                self._stop,
                self._control.pause,
                self._resume,
                self._try,
                self._clone,
                another,
                self._delete,
                kind="wb-row",
            ),
            self._control.root,
        )

    def _notes_box(self) -> widgets.Widget:
        self._notes = widgets.Textarea(
            description="Notes", value=self.job.notes, placeholder="What you want to remember"
        )
        self._notes.observe(lambda _: self._save_notes(), "value")
        return box(self._notes, kind="wb-field")

    def _show(self, summary: JobSummary) -> None:
        live = summary.status in LIVE
        started = f"started {fmt.clock(summary.started)}" if summary.started else ""
        sub = " · ".join(filter(None, [self._dataset_name(), started]))
        self._title.show(text=summary.name, status=summary.status, sub=sub)
        fraction = summary.progress.fraction if summary.progress else 0
        text = progress_text(summary) or "Starting …"
        self._progress.show(fraction=fraction if live else None, text=text)
        self._figures.show(figures=self._figures_of(summary))
        self._outcome.show(**_outcome(summary, self._reader.checkpoints > 0))
        show_if(self._stop, live)
        self._control.show(summary)
        resumable = summary.status in RESUMABLE
        show_if(self._resume, resumable)
        # One button a page leads on.
        (self._try.remove_class if resumable else self._try.add_class)("wb-primary")
        show_if(self._try, self._reader.checkpoints > 0)
        show_if(self._delete, not live)
        self._facts.show(title="Run", facts=self._facts_of(summary))
        lines = [[fmt.clock(e["t"]), _status_text(e)] for e in self._reader.statuses]
        self._history.show(title="History", lines=lines)
        self._layers.show(summary)
        if not live:
            self._show_log()

    def _findings_text(self) -> str:
        found = [sentence(finding) for finding in self._reader.history.findings]
        return ". ".join(found)

    def _show_log(self) -> None:
        self._log.show(title="Log", text=self.job.read_log(_LOG_BYTES))

    def _figures_of(self, summary: JobSummary) -> list[dict[str, str]]:
        history = self._reader.history
        epochs, _ = history.series("val_accuracy")
        at = f", epoch {fmt.epoch(epochs[-1])}" if len(epochs) else ""
        figures = [
            {"value": fmt.percent(history.last("val_accuracy")), "label": f"val accuracy{at}"},
            {"value": fmt.loss(history.last("val_loss")), "label": "val loss"},
            {"value": fmt.loss(history.last("train_loss")), "label": "train loss"},
            {"value": fmt.count(history.last("images_per_second")), "label": "images / s"},
        ]
        if summary.status in LIVE:
            left = summary.progress.eta if summary.progress else None
            figures.append({"value": fmt.duration(left), "label": "left"})
        else:
            figures.append({"value": fmt.duration(summary.seconds), "label": "took"})
        return figures

    def _facts_of(self, summary: JobSummary) -> list[tuple[str, str]]:
        config, best = self.config, self._reader.history.best()
        parameters = summary.facts.get("parameters")
        network = networks.title(config.network)
        facts = [
            ("Network", f"{network} · {parameters:,} parameters" if parameters else network),
            ("Epochs", fmt.epoch(summary.epoch, summary.epochs)),
            ("Batch", f"{config.batch_size} images"),
            ("Solver", f"{config.solver.upper()}, momentum {config.momentum:g}"),
            ("Rate", rate_text(config)),
            (
                "Mean",
                {"none": "not subtracted"}.get(config.mean_subtraction, config.mean_subtraction),
            ),
            ("Seed", str(config.seed)),
        ]
        if summary.status in LIVE:
            device = summary.facts.get("device")
            where = " · ".join(filter(None, [self._where(), device]))
            facts.append(("Runs in", where))
            facts.append(("Limited by", _BOTTLENECKS[self._reader.history.bottleneck]))
        if best is not None:
            facts.append(("Best", f"epoch {fmt.epoch(best[0])} · {fmt.percent(best[1])}"))
        return [*facts, ("Folder", str(self.job.path))]

    def _where(self) -> str:
        pid = self.job.owner_pid
        return "this kernel" if pid == os.getpid() else f"process {pid}"

    def _draw(self) -> None:
        """Move the curves where something changed."""
        if self._reader.version != self._drawn:
            self._drawn = self._reader.version
            epochs = (self._seen.epochs if self._seen else None) or self.config.epochs
            self.page.curves.show(self._reader.history, epochs)

    @guarded
    def _save_notes(self) -> None:
        self.job.write_notes(self._notes.value)

    @guarded
    def _send_stop(self) -> None:
        self._stop.disabled = True
        self.job.send("stop")
        self._outcome.show(text="Stopping; a checkpoint is kept …")

    @guarded
    def _on_resume(self) -> None:
        clear_error(self.error)
        self._stop.disabled = False
        Run(self.job).resume()
        self.refresh()

    @guarded
    def _inspect(self) -> None:
        self.page.app.inspect(self.job.id)

    @guarded
    def _on_new(self) -> None:
        self.page.show_form()

    @guarded
    def _on_clone(self) -> None:
        self.page.show_form(self.config.dataset, self.config)

    @guarded
    def _ask(self) -> None:
        size = fmt.size(self.job.size_bytes())
        question = f"Delete the run {self.job.name} with its checkpoints, {size} on disk?"
        self._confirm.ask(question, "Delete", self._on_delete)

    @guarded
    def _on_delete(self) -> None:
        self.page.home.delete(self.job)
        self.page.close_run()


def rate_text(config: TrainConfig) -> str:
    """``0.01, step, size 33, gamma 0.1``."""
    return f"{config.learning_rate:g}, {describe(config.policy)}"


def _outcome(summary: JobSummary, saved: bool) -> dict[str, Any]:
    if summary.status == "failed":
        text = ". ".join(filter(None, [summary.error, summary.advice]))
        return {"text": text or "The run failed; its log tells why.", "tone": "error"}
    if summary.status == "interrupted":
        begin = "goes on from the last checkpoint" if saved else "begins anew: nothing was saved"
        return {"text": f"The process that trained it ended unexpectedly. Resume {begin}."}
    if summary.status == "paused":
        return {"text": "Paused; its memory is kept. Resume goes on at once."}
    if summary.status == "stopped":
        return {"text": "Stopped. Resume goes on as if it had never stopped."}
    return {"text": "", "tone": "info"}


def _status_text(event: Event) -> str:
    text = str(event.get("status"))
    if "epoch" in event and event["epoch"]:
        text += f" at epoch {fmt.epoch(event['epoch'])}"
    return f"{text}: {event['error']}" if event.get("error") else text
