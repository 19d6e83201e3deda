"""How long a network takes for one image: measured when asked for, kept beside the run."""

from __future__ import annotations

import json
import os
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from workbench.api.run import Run
from workbench.storage import write_json

FILE = "latency.json"
_WARM_UP, _LEAST, _MOST, _LONGEST_S = 3, 10, 200, 1.0


@dataclass(frozen=True)
class Latency:
    """The median time for one image, from pixels to the network's output.

    Attributes:
        milliseconds: of one image at a time.
        device: what it was measured on.
        images: how many times.
        measured: unix seconds.
    """

    milliseconds: float
    device: str
    images: int
    measured: float


def measure_latency(run: Run) -> Latency:
    """Measure the network of the best epoch on this machine, and keep the figure with the run.

    Raises:
        NotFound: the run has no checkpoint.
        StorageError: the figure cannot be written.
    """
    predictor = run.predictor()
    pixels = np.zeros(predictor.image.shape, predictor.image.dtype)
    for _ in range(_WARM_UP):
        predictor.classify(pixels)
    taken: list[float] = []
    end = time.monotonic() + _LONGEST_S
    while len(taken) < _LEAST or (len(taken) < _MOST and time.monotonic() < end):
        taken.append(predictor.classify(pixels).milliseconds)
    median = round(statistics.median(taken), 4)
    found = Latency(median, _device(), len(taken), round(time.time(), 3))
    write_json(run.job.path / FILE, asdict(found))
    return found


def read_latency(path: str | Path) -> Latency | None:
    """The figure kept in a run's directory; None where nothing was measured or it is damaged."""
    try:
        with open(os.path.join(path, FILE), encoding="utf-8") as file:
            found = Latency(**json.load(file))
        return found if found.milliseconds > 0 else None
    except (OSError, ValueError, TypeError):
        return None


def _device() -> str:
    import tensorflow as tf

    from workbench.training.devices import gpus

    if tf.config.list_logical_devices("GPU") and (found := gpus()):
        return found[0].name
    return f"CPU, {os.cpu_count()} cores"
