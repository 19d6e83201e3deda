"""Checkpoints: the complete state of a run at a step, one file each, arrays without pickle."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import tasks
from workbench.errors import DataError, NotFound, storage_error
from workbench.jobs import Job
from workbench.storage import written_aside

if TYPE_CHECKING:
    import keras


_DAMAGES = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Checkpoint:
    """A state that can be resumed from and predicted with.

    Attributes:
        step: optimizer steps done.
        epoch: the same in passes over the training images.
        metrics: the latest validation figures at that step; empty when never validated.
    """

    step: int
    epoch: float
    path: Path
    metrics: Mapping[str, float]


def save_checkpoint(
    folder: Path, variables: Sequence[np.ndarray], state: Mapping[str, Any]
) -> Path:
    """Write ``folder/step-N.npz``: the variables in order and ``state`` as JSON.

    ``state`` names at least ``step``, ``epoch`` and ``metrics``. The file appears whole or not
    at all.

    Raises:
        StorageError: the disk is full, read-only or failing.
    """
    path = folder / f"step-{state['step']:08d}.npz"
    arrays: dict[str, Any] = {f"v{i:05d}": np.asarray(v) for i, v in enumerate(variables)}
    arrays["state"] = np.frombuffer(json.dumps(dict(state)).encode(), np.uint8)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise storage_error("make", folder, error) from error
    with written_aside(path) as aside, aside.open("wb") as file:
        np.savez(file, **arrays)
    return path


def load_checkpoint(path: Path) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Read the variables, in order, and the state of a checkpoint.

    Raises:
        DataError: the file is damaged.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            names = sorted(name for name in file.files if name != "state")
            return [file[name] for name in names], json.loads(file["state"].tobytes())
    except _DAMAGES as error:
        raise DataError(f"the checkpoint {path} is damaged ({error}); use another one") from error


def list_checkpoints(job: Job) -> list[Checkpoint]:
    """The checkpoints of a run, oldest first; a damaged one is left out."""
    found = []
    for path in sorted((job.path / "checkpoints").glob("step-*.npz")):
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                state = json.loads(file["state"].tobytes())
        except _DAMAGES:
            continue
        found.append(Checkpoint(state["step"], state["epoch"], path, state["metrics"]))
    return found


def best_checkpoint(job: Job) -> Checkpoint:
    """The checkpoint with the best validation figure, the earliest among equals.

    The latest one when nothing was validated.

    Raises:
        NotFound: the run has none yet.
    """
    found = list_checkpoints(job)
    if not found:
        raise NotFound(f"{job.name} has no checkpoint yet; wait for its first epoch")
    monitor = tasks.get(job.config.get("task", "classification")).monitor
    best = None
    for checkpoint in found:
        value = checkpoint.metrics.get(monitor.name)
        if value is None:
            continue
        if best is None or monitor.better(value, best.metrics[monitor.name]):
            best = checkpoint
    return best or found[-1]


def prune(job: Job, keep_last: int) -> None:
    """Delete all checkpoints but the last ``keep_last`` and the best; 0 keeps all."""
    if not keep_last:
        return
    best = best_checkpoint(job).path
    for checkpoint in list_checkpoints(job)[:-keep_last]:
        if checkpoint.path != best:
            checkpoint.path.unlink(missing_ok=True)


def averaged(values: Sequence[np.ndarray], state: Mapping[str, Any]) -> list[np.ndarray]:
    """The variables of a checkpoint with each weight's moving average in its place, if kept."""
    used = list(values)
    for place, average in state.get("averages", ()):
        used[place] = values[average]
    return used


def checkpoint_at(job: Job, epoch: float | None = None) -> Checkpoint:
    """The checkpoint of an epoch, the best one by default.

    Raises:
        NotFound: there is none at that epoch.
    """
    if epoch is None:
        return best_checkpoint(job)
    found = list_checkpoints(job)
    for checkpoint in found:
        if abs(checkpoint.epoch - epoch) < 0.005:
            return checkpoint
    epochs = ", ".join(f"{checkpoint.epoch:g}" for checkpoint in found) or "none yet"
    raise NotFound(f"{job.name} has no checkpoint at epoch {epoch:g}; it has {epochs}")


def assign(variables: Sequence[keras.Variable], values: Sequence[np.ndarray], path: Path) -> None:
    """Set the variables to a checkpoint's values.

    Raises:
        DataError: the checkpoint was written for another network.
    """
    fits = len(values) >= len(variables) and all(
        tuple(variable.shape) == value.shape
        for variable, value in zip(variables, values, strict=False)
    )
    if not fits:
        raise DataError(f"the checkpoint {path} does not fit the network of this run")
    for variable, value in zip(variables, values, strict=False):
        variable.assign(value)
