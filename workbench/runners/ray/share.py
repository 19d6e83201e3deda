"""What each worker of a run may have of a Ray cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.errors import InvalidValue


@dataclass(frozen=True)
class Share:
    """Processors and GPUs of one worker."""

    cpus: int
    gpus: int

    def __str__(self) -> str:
        return f"{self.cpus} CPUs" + (f" and {self.gpus} GPUs" if self.gpus else "")


def share(nodes: Sequence[Mapping[str, float]], workers: int, devices: str = "") -> Share:
    """The largest share that as many ``workers`` as there are can all have.

    Args:
        nodes: what each machine has: ``{"CPU": 8.0, "GPU": 1.0, …}``, as Ray counts it.
        devices: of the run's configuration: ``2`` for so many GPUs a worker, ``gpu:0,3`` for as
            many as it names, ``cpu:…`` for none; all that there are by default.

    Raises:
        InvalidValue: the cluster has no room for so many.
    """
    cpus = [int(node.get("CPU", 0)) for node in nodes]
    gpus = [int(node.get("GPU", 0)) for node in nodes]
    asked = _asked(devices)
    each = _largest(gpus, workers) if asked is None else asked
    # Only machines with GPUs for a worker have room for one.
    rooms = [gpu // each if each else None for gpu in gpus]
    for count in range(max(cpus, default=0), 0, -1):
        fitting = [
            cpu // count if room is None else min(room, cpu // count)
            for cpu, room in zip(cpus, rooms, strict=True)
        ]
        if sum(fitting) >= workers:
            return Share(count, each)
    raise InvalidValue(
        f"the Ray cluster has {sum(cpus)} processors and {sum(gpus)} GPUs on {len(nodes)} "
        f"machines, no room for {workers} workers"
        + (f" of {each} GPUs" if each else "")
        + "; ask for fewer"
    )


def _asked(devices: str) -> int | None:
    """How many GPUs a worker is to have; None where nothing is said."""
    kind, _, which = devices.partition(":")
    if kind == "cpu":
        return 0
    if kind == "gpu":
        return len(which.split(","))
    return int(devices) if devices else None


def _largest(amounts: Sequence[int], workers: int) -> int:
    """The most that each of ``workers`` can have of what the machines have; may be nothing."""
    for each in range(max(amounts, default=0), 0, -1):
        if sum(amount // each for amount in amounts) >= workers:
            return each
    return 0
