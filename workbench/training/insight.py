"""What a run tells of its network's inside: records of watched layers, findings of health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.data import Dataset
from workbench.errors import WorkbenchError
from workbench.jobs import JobContext
from workbench.training.health import findings, sentence
from workbench.training.layer_records import save_look
from workbench.training.watch import WATCH, Watch
from workbench.training.watcher import Watcher

if TYPE_CHECKING:
    import keras

HEALTH = "health"


class Insight:
    """Looks when it is told to. What cannot be looked into is trained all the same."""

    def __init__(
        self, context: JobContext, model: keras.Model, dataset: Dataset, watch: Watch
    ) -> None:
        self._context, self._model, self._dataset = context, model, dataset
        self._watch = watch
        self._watcher: Watcher | None = None
        self._found: list[tuple[str, str]] = []
        self._possible = True

    def choose(self, watch: Watch, step: int, epoch: float) -> None:
        """Watch other layers or another image, beginning at once.

        Raises:
            InvalidValue, NotFound: there is no such image or layer.
        """
        if not self._ready():
            return
        assert self._watcher is not None
        self._watcher.choose(watch)
        self._context.emit(
            WATCH, sync=True, step=step, epoch=epoch, watch=self._watcher.watch.to_dict()
        )
        self.look(step, epoch)

    def look(self, step: int, epoch: float) -> None:
        """Record the watched layers; tell of layers that are in bad health now."""
        if not self._ready():
            return
        assert self._watcher is not None
        look, layers = self._watcher.look(step, epoch)
        path = save_look(self._context.job.path, look)
        self._context.emit("layers", step=step, epoch=epoch, file=path.name)
        self._tell(findings(layers, self._watcher.greatest_pixel), step, epoch)

    def _tell(self, found: list[dict[str, Any]], step: int, epoch: float) -> None:
        """An event whenever it is other layers that are in bad health, or none any more."""
        which = [(finding["name"], finding["verdict"]) for finding in found]
        if which == self._found:
            return
        for finding in found:
            if (finding["name"], finding["verdict"]) not in self._found:
                self._context.log(sentence(finding), "warning")
        self._found = which
        self._context.emit(HEALTH, step=step, epoch=epoch, layers=found)

    def _ready(self) -> bool:
        """Prepare at the first look, which is not to delay the first step."""
        if self._watcher is not None or not self._possible:
            return self._possible
        try:
            self._watcher = Watcher(self._model, self._dataset, self._watch)
        except WorkbenchError as error:
            self._context.log(f"{error}; the usual layers are shown", "warning")
            self._watcher = Watcher(self._model, self._dataset, Watch())
        except (TypeError, ValueError, KeyError) as error:
            # Of code of one's own: operations that cannot be traced one by one.
            self._possible = False
            self._context.log(f"the layers of this network cannot be shown: {error}", "warning")
        return self._possible
