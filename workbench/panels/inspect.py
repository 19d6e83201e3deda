"""Inspect: ask a trained network about an image and see what every layer made of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from workbench.api import as_code
from workbench.api.run import Run
from workbench.data.images.visible import visible
from workbench.errors import NotFound, WorkbenchError
from workbench.inference import Predictor, Result
from workbench.jobs import Job
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import clear_error, guarded
from workbench.panels.layer_rows import LayerRow, layer_rows, packed, tile_text
from workbench.panels.page import Page
from workbench.panels.strip import SPLITS, show_strip, strip
from workbench.panels.view import View, box, button, note
from workbench.training.checkpoints import Checkpoint, best_checkpoint

if TYPE_CHECKING:
    from workbench.panels.app import App

# A larger message closes the connection of a dashboard page with default settings.
_MOST_UPLOAD = 8_000_000
_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")


@dataclass(frozen=True)
class Question:
    """An image to ask about: what to give to the network, its name, its class where known."""

    picture: str | bytes | np.ndarray
    name: str
    truth: str | None = None


class InspectPage(Page):
    """A run, an epoch, an image; the answer follows as soon as all three are there."""

    name = "inspect"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._run: Run | None = None
        self._known: tuple[Any, ...] = ()
        self._predictor: Predictor | None = None
        self._question: Question | None = None
        self._rows: dict[str, LayerRow] = {}
        self._epoch_files: tuple[str, ...] = ()
        self._strip_split = "val"
        self._filling = False
        self._make_parts()
        self.fill(
            View("title", text="Inspect"),
            self._choice(),
            self._empty,
            self._ask_box,
            self._status,
            self._answer,
        )
        self._list_runs()
        if app.run is not None and app.run.id in dict(self._known):
            self.choose_run(app.run.id)
        else:
            self._on_run()

    def _choice(self) -> widgets.Widget:
        pair = box(self.runs.root, self.epochs.root, kind="wb-pair")
        pair.add_class("wb-pick")
        return pair

    def choose_run(self, job_id: str) -> None:
        """Ask this run from now on."""
        self._list_runs()
        if job_id not in [value for _, value in self.runs.control.options]:
            raise NotFound(f"{Job(self.home.runs_dir / job_id).name} has no checkpoint yet")
        self.runs.value = job_id
        self._on_run()

    def refresh(self) -> None:
        """Offer runs and epochs that have come since."""
        self._list_runs()
        if self._run is not None:
            self._list_epochs(self._run)

    def failed(self) -> None:
        """The network could not be loaded."""
        self._status.show(text="", tone="hint")

    def _make_parts(self) -> None:
        self.runs = f.select("run", "Run", [], "Runs that have a checkpoint.")
        self.epochs = f.select("epoch", "Epoch", [], "The state of the network that is asked.")
        self.runs.on_change(self._on_run)
        self.epochs.on_change(self._on_epoch)
        self._empty = note("", "hint")
        self._status = note("", "hint")
        self._strip_heading = View("heading", text="")
        self._strip = strip(self._pick)
        self.path = f.path(
            "path", "Image file", "/data/five.png", "A file where the kernel runs; Enter asks."
        )
        self.path.control.continuous_update = True
        self.path.on_change(self._complete)
        self.path.on_enter(self._on_path)
        self._classify = button("Classify", self._on_path, "wb-primary", "wb-classify")
        self._upload = View(
            "upload",
            {"upload": self._on_upload, "refused": self._on_refused},
            label="Upload …",
            title="An image of this computer; it may be dropped here, too",
            accept=",".join(_IMAGES),
            most=_MOST_UPLOAD,
        )
        self._ask_box = box(
            self._strip_heading,
            self._strip,
            box(self.path.root, self._classify, self._upload, kind="wb-ask"),
        )
        self._picture = View("picture", width=1, height=1, channels=1)
        self._bars = View("bars", rows=[])
        self._code = View("code", code="")
        self._layers_heading = View("heading", text="Layers")
        self._layers = View("layers", {"tile": self._on_tile}, layers=[])
        card = box(self._picture, self._bars, kind="wb-card")
        card.add_class("wb-classify-result")
        left = box(card, self._code)
        self._answer = box(left, box(self._layers_heading, self._layers), kind="wb-sides")
        self._answer.layout.display = "none"

    def _list_runs(self) -> None:
        found = [s for s in self.home.summaries("run") if s.epoch > 0]
        known = tuple((s.id, s.name) for s in found if self._has_checkpoint(s.id))
        if known == self._known:
            return
        self._known = known
        self._fill(self.runs, [(name, job_id) for job_id, name in known])
        text = "" if known else "No trained network yet. A run can be asked after its first epoch."
        self._empty.show(text=text, tone="hint")
        self._ask_box.layout.display = None if known else "none"

    def _has_checkpoint(self, job_id: str) -> bool:
        return any((self.home.runs_dir / job_id / "checkpoints").glob("step-*.npz"))

    def _fill(self, field: f.Field, options: list[tuple[str, Any]]) -> None:
        """Replace the options and keep the choice, without acting on it."""
        self._filling, before = True, field.value
        try:
            field.control.options = options
            values = [value for _, value in options]
            field.value = before if before in values else (values[0] if values else None)
        finally:
            self._filling = False

    @guarded
    def _on_run(self) -> None:
        if self._filling or not self.runs.value:
            return
        if self._run is not None and self._run.id == self.runs.value:
            return
        clear_error(self.error)
        self._run = self.app.run = Run(Job(self.home.runs_dir / self.runs.value))
        self._question = self._predictor = None
        self._answer.layout.display = "none"
        self._fill(self.epochs, [])
        self._list_epochs(self._run)
        self._show_strip(self._run)
        self._load()

    @guarded
    def _on_epoch(self) -> None:
        if not self._filling and self._run is not None:
            self._load()

    def _list_epochs(self, run: Run) -> None:
        folder = run.job.path / "checkpoints"
        names = tuple(sorted(path.name for path in folder.glob("step-*.npz")))
        if names == self._epoch_files and self.epochs.value:
            return
        self._epoch_files = names
        found = run.checkpoints
        best = best_checkpoint(run.job)
        options = [(_epoch_text(c, c.step == best.step), c.epoch) for c in reversed(found)]
        first = not self.epochs.value
        self._fill(self.epochs, options)
        if first:
            self._filling = True
            try:
                self.epochs.value = best.epoch
            finally:
                self._filling = False

    def _show_strip(self, run: Run) -> None:
        self._strip_split = show_strip(self._strip, run.dataset)
        self._strip_heading.show(
            text=f"Try one of the {SPLITS[self._strip_split]} images, or one of your own"
        )

    def _load(self) -> None:
        """Bring the chosen epoch's network up in a thread, then ask it what was asked last."""
        run, epoch = self._run, self.epochs.value
        if run is None or epoch is None:
            return
        self._predictor = None
        self._status.show(text=f"Loading {run.name}, epoch {fmt.epoch(epoch)} …", tone="hint")
        self.begin(partial(_ready, run, epoch), partial(self._loaded, run.id, epoch))

    def _loaded(self, run_id: str, epoch: float, predictor: Predictor) -> None:
        if self._run is None or (self._run.id, self.epochs.value) != (run_id, epoch):
            return  # another one was chosen meanwhile
        self._predictor = predictor
        self._status.show(text="", tone="hint")
        if self._question is not None:
            self._ask(self._question)

    @guarded
    def _complete(self) -> None:
        self.path.complain("")
        self.path.control.options = tuple(_completions(str(self.path.value)))

    @guarded
    def _on_path(self) -> None:
        entered = os.path.expanduser(str(self.path.value).strip())
        if not entered:
            self.path.complain("name an image file, or upload one")
            return
        self._ask(Question(entered, entered))

    @guarded
    def _on_upload(self, name: str, content: bytes) -> None:
        self._ask(Question(content, name))

    @guarded
    def _on_refused(self, name: str, size: int) -> None:
        most = fmt.size(_MOST_UPLOAD)
        self.path.complain(
            f"{name} has {fmt.size(size)}; at most {most} are uploaded, name its path"
        )

    @guarded
    def _pick(self, index: int) -> None:
        assert self._run is not None
        dataset = self._run.dataset
        part = dataset.splits[self._strip_split]
        path = dataset.paths(self._strip_split, [index])[0]
        truth = dataset.labels[part.targets[index]]
        self._ask(Question(np.asarray(part.images[index]), path, truth))

    def _ask(self, question: Question) -> None:
        clear_error(self.error)
        self.path.complain("")
        self._question = question
        if self._predictor is None:
            self._status.show(text="Loading the network …", tone="hint")
            return
        try:
            result = self._predictor.classify(question.picture, layers=True)
        except WorkbenchError as error:
            self._question = None
            self.path.complain(str(error))
            return
        self._show(question, result)

    def _show(self, question: Question, result: Result) -> None:
        assert self._run is not None and result.layers is not None
        shown = visible(result.image)
        height, width, channels = shown.shape
        name = os.path.basename(question.name)
        self._picture.show(
            blob=shown.tobytes(), width=width, height=height, channels=channels, label=name
        )
        rows = [
            {"label": p.label, "share": p.probability, "text": fmt.percent(p.probability)}
            for p in result.top(5)
        ]
        truth = f" · true class: {question.truth}" if question.truth is not None else ""
        self._bars.show(rows=rows, caption=f"{result.milliseconds:.1f} ms{truth}")
        run = self.home.reference(self._run.job)
        self._code.show(code=as_code.classify(run, question.name, self._epoch_wanted()))
        found = layer_rows(result.layers)
        self._rows = {row.title: row for row in found}
        blob, described = packed(found)
        self._layers.show(blob=blob, layers=described, asked=question.name)
        self._answer.layout.display = None

    def _epoch_wanted(self) -> float | None:
        assert self._run is not None
        epoch = self.epochs.value
        return None if epoch == best_checkpoint(self._run.job).epoch else epoch

    @guarded
    def _on_tile(self, layer: str, number: int) -> None:
        text = tile_text(self._rows[layer], number)
        self._layers.send({"tile": f"{layer}/{number}", "text": text})


def _ready(run: Run, epoch: float) -> Predictor:
    predictor = run.predictor(epoch)
    predictor.warm_up()
    return predictor


def _epoch_text(checkpoint: Checkpoint, best: bool) -> str:
    parts = [f"epoch {fmt.epoch(checkpoint.epoch)}"]
    if "val_accuracy" in checkpoint.metrics:
        parts.append(fmt.percent(checkpoint.metrics["val_accuracy"]))
    return " · ".join([*parts, *(["best"] if best else [])])


def _completions(entered: str) -> list[str]:
    """Folders and image files whose path begins with what was entered."""
    path = os.path.expanduser(entered)
    parent, start = os.path.split(path)
    try:
        with os.scandir(parent or "/") as entries:
            found = sorted(
                (entry.name + ("/" if entry.is_dir() else ""))
                for entry in entries
                if entry.name.startswith(start)
                and not entry.name.startswith(".")
                and (entry.is_dir() or entry.name.lower().endswith(_IMAGES))
            )
    except OSError:
        return []
    return [os.path.join(parent, name) for name in found[:30]]
