"""A training run as an object."""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench import runners
from workbench.api.homes import default_runner
from workbench.api.waiting import wait_for
from workbench.data import Dataset
from workbench.errors import JobBusy, NotFound
from workbench.jobs import LIVE, Held, Job
from workbench.training.checkpoints import Checkpoint, checkpoint_at, list_checkpoints
from workbench.training.config import TrainConfig
from workbench.training.control import check_more, check_rate
from workbench.training.health import sentence
from workbench.training.history import History
from workbench.training.layer_records import load_look, looks
from workbench.training.restore import dataset_of, load_model
from workbench.training.watch import WATCH, Watch, check_names

if TYPE_CHECKING:
    import keras
    import numpy as np

    from workbench.inference import Evaluation, Layers, Predictor, Result

_POLL_S = 0.05


class Run(Held):
    """A view of a run's directory; in a cell it shows itself as the live curves."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._predictors: dict[str, Predictor] = {}

    def __repr__(self) -> str:
        return f"Run({self.id}, {self.name!r}, {self.status})"

    def _ipython_display_(self) -> None:
        from workbench.api.display import show_run

        show_run(self)

    @cached_property
    def config(self) -> TrainConfig:
        """What decided the run."""
        return TrainConfig.from_dict(self.job.config)

    @cached_property
    def dataset(self) -> Dataset:
        """What it trains on."""
        return dataset_of(self.job)

    @property
    def history(self) -> History:
        """The curves as they are now."""
        return History.from_events(self.job.events()[0])

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """What can be predicted with, oldest first."""
        return list_checkpoints(self.job)

    @property
    def model(self) -> keras.Model:
        """The network with the weights of the best epoch; takes raw pixels, gives logits."""
        return self.predictor().model

    def wait(self, timeout: float | None = None) -> str:
        """Wait for the end of the run; Ctrl-C stops it. Returns the status."""
        return wait_for(self.job, timeout=timeout)

    def stop(self, timeout: float = 30) -> str:
        """Stop the run with a checkpoint; it can be resumed. Returns the status."""
        if self.job.live:
            self.job.send("stop")
        return self.job.wait(timeout)

    def pause(self, timeout: float = 30) -> str:
        """Let the run rest with a checkpoint, its memory kept. Returns the status.

        Raises:
            JobBusy: it is not running.
        """
        self._check_live("paused")
        self.job.send("pause")
        return self._settled(("paused",), timeout)

    def resume(self, runner: str | None = None, timeout: float = 30) -> None:
        """Go on from the latest checkpoint as if it had never stopped, or after a pause.

        Raises:
            JobBusy: the run is being executed, or has nothing left to do.
        """
        status = self.status
        if status == "paused":
            self.job.send("resume")
            self._settled(("running",), timeout)
            return
        if status == "done":
            raise JobBusy(f"{self.name} is done; extend it to train it further")
        runners.start(self.job, runner or default_runner())

    def set_learning_rate(self, value: float) -> None:
        """Train at another rate from now on, which then falls as the policy says.

        Of a run that is not executed it holds when it is resumed.

        Raises:
            InvalidValue: it is no rate.
        """
        rate = check_rate(value)
        if self.job.live:
            self.job.send("learning_rate", value=rate)
        else:
            self._record_change("learning_rate", rate)

    def extend(self, epochs: float, runner: str | None = None) -> None:
        """Train ``epochs`` more than was planned; a run that has ended goes on.

        What is left of the learning rate's schedule is stretched over them; where nothing is
        left, the rate stays as it was at the end.

        Raises:
            InvalidValue: the number is not more than 0.
        """
        planned = self.summary().epochs or self.config.epochs
        total = check_more(epochs, planned)
        if self.job.live:
            self.job.send("extend", epochs=epochs)
            return
        self._record_change("epochs", total)
        runners.start(self.job, runner or default_runner())

    def snapshot(self) -> None:
        """Write a checkpoint now.

        Raises:
            JobBusy: it is not running.
        """
        self._check_live("asked for a checkpoint")
        self.job.send("snapshot")

    def watch(self, *layers: str, split: str = "", index: int = 0) -> None:
        """Choose which layers are recorded at every validation, and for which image.

        While the run goes on they are recorded at once, too; else from when it is resumed.

        Args:
            layers: names, at most eight; none: the first, a middle and the last convolution.
            split: where the image is; the validation images by default.
            index: which of them.

        Raises:
            InvalidValue: the dataset has no such image, or these are too many layers.
            NotFound: the network has no such layer.
        """
        watch = Watch(layers, split, index).checked(self.dataset)
        found = looks(self.job.path)
        if found:
            check_names(watch, load_look(found[-1]).names)
        if self.job.live:
            self.job.send("watch", **watch.to_dict())
        else:
            step, epoch = self._reached()
            self.job.record(WATCH, watch=watch.to_dict(), step=step, epoch=epoch)

    def layers(self, epoch: float | None = None) -> Layers:
        """The watched layers as they were recorded at an epoch, the latest by default.

        Large arrays are cut and thinned. Every layer in full has :meth:`classify`.

        Raises:
            NotFound: nothing was recorded then.
        """
        from workbench.inference.recorded import layers_of

        seen: list[str] = []
        for path in reversed(looks(self.job.path)):
            look = load_look(path)
            if epoch is None or abs(look.epoch - epoch) < 0.005:
                return layers_of(look)
            seen.insert(0, f"{look.epoch:g}")
        known = ", ".join(seen) or "none yet"
        when = "" if epoch is None else f" at epoch {epoch:g}"
        raise NotFound(f"{self.name} has no layers recorded{when}; recorded are: {known}")

    @property
    def findings(self) -> list[str]:
        """What is wrong with layers now, a sentence each: dying, or about to overflow."""
        return [sentence(finding) for finding in self.history.findings]

    def _check_live(self, what: str) -> None:
        if not self.job.live:
            raise JobBusy(f"{self.name} is {self.status}; only a running run can be {what}")

    def _settled(self, words: tuple[str, ...], timeout: float) -> str:
        """Wait until the status is one of ``words``, or the run ends, or time is up."""
        deadline = time.monotonic() + timeout
        while (status := self.status) in LIVE and status not in words:
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_S)
        return status

    def _record_change(self, what: str, value: float) -> None:
        step, epoch = self._reached()
        self.job.record("change", what=what, value=value, step=step, epoch=epoch)

    def _reached(self) -> tuple[int, float]:
        """Step and epoch at which the run would go on."""
        found = self.checkpoints
        return (found[-1].step, found[-1].epoch) if found else (0, 0.0)

    def delete(self) -> None:
        """Delete the run with its checkpoints.

        Raises:
            JobBusy: it is being executed.
            JobInUse: another job depends on it.
        """
        self.home.delete(self.job)

    def predictor(self, epoch: float | None = None) -> Predictor:
        """The network of an epoch (the best one by default), ready to classify."""
        from workbench.inference import Predictor

        checkpoint = checkpoint_at(self.job, epoch)
        if checkpoint.path.name not in self._predictors:
            self._predictors = {
                checkpoint.path.name: Predictor(
                    load_model(self.job, checkpoint),
                    self.dataset.labels,
                    self.dataset.image,
                    self.config.task,
                    checkpoint.epoch,
                )
            }
        return self._predictors[checkpoint.path.name]

    def classify(
        self,
        image: str | os.PathLike[str] | bytes | np.ndarray,
        epoch: float | None = None,
        layers: bool = True,
    ) -> Result:
        """Classify one image with the network of an epoch, the best one by default.

        Args:
            image: a path, the bytes of a file, a PIL image, or uint8 ``(height, width[, c])``.
            layers: make what every layer gave available as ``result.layers``.

        Raises:
            NotFound: no such file, or no checkpoint at that epoch.
            DataError: the image cannot be read.
        """
        return self.predictor(epoch).classify(image, layers=layers)

    def evaluate(self, split: str = "test", epoch: float | None = None) -> Evaluation:
        """Measure the network of an epoch, the best one by default, on a split of its dataset.

        Raises:
            NotFound: the dataset has no such split.
        """
        from workbench.inference import evaluate

        return evaluate(self.predictor(epoch), self.dataset, split)

    def to_dict(self) -> dict[str, Any]:
        """The run as the JSON that ``workbench run show`` prints."""
        summary = self.summary()
        names = ("train_loss", "val_loss", "val_accuracy")
        return {
            "id": self.id,
            "name": self.name,
            "status": summary.status,
            "error": summary.error,
            "dataset": summary.dataset,
            "network": summary.config.get("network"),
            "epoch": summary.epoch,
            "epochs": summary.epochs,
            "metrics": {name: summary.metrics.get(name) for name in names},
            "checkpoints": [
                {"epoch": c.epoch, "step": c.step, "file": c.path.name, **c.metrics}
                for c in self.checkpoints
            ],
        }
