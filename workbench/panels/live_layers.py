"""The layers of a run as they learn: what each watched one made of an image, epoch by epoch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import ipywidgets as widgets

from workbench.api.run import Run
from workbench.errors import InvalidValue, NotFound
from workbench.inference.recorded import layers_of
from workbench.jobs import LIVE, Job, JobSummary
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import clear_error, guarded
from workbench.panels.layer_rows import LayerRow, layer_rows, packed, tile_text
from workbench.panels.strip import SPLITS, show_strip, strip
from workbench.panels.view import View, box, button, show_if
from workbench.training.layer_records import Look, load_look, looks, step_of

if TYPE_CHECKING:
    from workbench.panels.page import Page

_NEWEST = "newest"
# However short the epochs are: what is drawn is taken from the training of this kernel.
_EVERY_S = 1.0


class LiveLayers:
    """Shows what is recorded in the run's directory; a choice is a wish put to the run."""

    def __init__(self, page: Page, job: Job) -> None:
        self.lock, self.error, self._job, self._run = page.lock, page.error, job, Run(job)
        self._rows: dict[str, LayerRow] = {}
        self._image = ("", 0)
        self._strip_split = ""
        self._seen = 0
        self._loaded_at = -_EVERY_S
        self._filling = False
        self._epoch = f.select(
            "epoch", "Epoch", [("newest", _NEWEST)], "The newest follows the run."
        )
        self._epoch.on_change(self._on_epoch)
        self._caption = View("note", text="", tone="hint")
        self._view = View("layers", {"tile": self._on_tile}, layers=[])
        self._choice = self._make_choice()
        self.root = box(
            View("heading", text="Layers as they learn"),
            self._epoch.root,
            self._caption,
            self._view,
            self._choice,
        )
        self.root.add_class("wb-live-layers")
        show_if(self._choice, False)
        show_if(self.root, False)

    def show(self, summary: JobSummary) -> None:
        """Show what can be chosen for a run in that state."""
        show_if(self._choice, summary.status in LIVE and self._seen > 0)

    def follow(self, recorded: int) -> None:
        """Take in what is new; ``recorded`` grows with every record."""
        if recorded == self._seen or time.monotonic() - self._loaded_at < _EVERY_S:
            return
        self._seen, self._loaded_at = recorded, time.monotonic()
        paths = looks(self._job.path)
        show_if(self.root, bool(paths))
        if not paths:
            return
        self._list_epochs([step_of(path) for path in paths])
        if self._epoch.value == _NEWEST:
            self._load()

    def _make_choice(self) -> widgets.Widget:
        self._layers = f.several(
            "layers",
            "Layers",
            [],
            "Up to eight, recorded at once and at every validation.",
        )
        self._strip = strip(self._on_image)
        self._strip_heading = View("heading", text="")
        return f.fold(
            "Watch other layers or another image",
            self._layers.root,
            box(button("Watch these layers", self._on_layers, "wb-watch"), kind="wb-row"),
            self._strip_heading,
            self._strip,
        )

    def _list_epochs(self, steps: list[int]) -> None:
        per_epoch = self._run.summary().facts.get("steps_per_epoch", 1)
        options = [(f"epoch {fmt.epoch(step / per_epoch)}", step) for step in reversed(steps)]
        self._filling, before = True, self._epoch.value
        try:
            self._epoch.control.options = [("newest", _NEWEST), *options]
            self._epoch.value = before if before in steps else _NEWEST
        finally:
            self._filling = False

    @guarded
    def _on_epoch(self) -> None:
        if not self._filling:
            clear_error(self.error)
            self._load()

    def _load(self) -> None:
        paths = looks(self._job.path)
        if self._epoch.value != _NEWEST:
            paths = [path for path in paths if step_of(path) == self._epoch.value]
        if not paths:
            raise NotFound(f"{self._job.name} has that record no longer; look at another epoch")
        look = load_look(paths[-1])
        found = layer_rows(layers_of(look))
        self._rows = {row.title: row for row in found}
        blob, described = packed(found)
        self._view.show(blob=blob, layers=described, asked=f"{look.step}")
        split = SPLITS.get(look.split, look.split)
        self._caption.show(
            text=f"Epoch {fmt.epoch(look.epoch)} · {split} image {look.index}", tone="hint"
        )
        self._offer(look)

    def _offer(self, look: Look) -> None:
        """What may be watched, as soon as it is known."""
        if tuple(self._layers.control.options) == look.names:
            return
        self._layers.control.options = look.names
        self._layers.control.rows = min(8, max(3, len(look.names)))
        self._layers.value = tuple(layer.name for layer in look.layers)
        split = show_strip(self._strip, self._run.dataset)
        self._strip_heading.show(text=f"or show the network another of the {SPLITS[split]} images")
        self._image = (look.split, look.index)
        self._strip_split = split

    @guarded
    def _on_layers(self) -> None:
        self._watch(*self._image)

    @guarded
    def _on_image(self, index: int) -> None:
        self._watch(self._strip_split, index)

    def _watch(self, split: str, index: int) -> None:
        clear_error(self.error)
        self._layers.complain("")
        try:
            self._run.watch(*self._layers.value, split=split, index=index)
        except (InvalidValue, NotFound) as error:
            self._layers.complain(str(error))
            return
        self._image = (split, index)
        self._epoch.value = _NEWEST

    @guarded
    def _on_tile(self, layer: str, number: int) -> None:
        text = tile_text(self._rows[layer], number)
        self._view.send({"tile": f"{layer}/{number}", "text": text})
