"""The queue as people see it and command it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue, JobBusy, NotFound
from workbench.jobs.job import Job
from workbench.jobs.queue import machine
from workbench.jobs.queue.entries import Entries, Entry
from workbench.jobs.queue.limits import Limits, read_limits, write_limits
from workbench.validation import check_choice

MOVES = ("first", "up", "down", "last")
# Two that were queued at the same moment.
_APART_S = 0.001


@dataclass(frozen=True)
class Queued:
    """A run that waits or trains.

    Attributes:
        state: ``blocked`` until its dataset is done, ``waiting``, ``running`` or ``paused``.
        why: what it waits for, in words; empty while it is about to begin.
        devices: what it wants of the GPUs.
        gpus: the numbers of those it has.
    """

    id: str
    name: str
    state: str
    why: str
    devices: str
    gpus: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """The run as JSON values."""
        return asdict(self) | {"gpus": list(self.gpus)}


class Queue:
    """The queue of the home in the folder ``home``; holds nothing that is not on disk."""

    def __init__(self, home: Path) -> None:
        self._home, self._entries = home, Entries(home)

    def __repr__(self) -> str:
        running, waiting = len(self.running()), len(self.waiting())
        return f"Queue({running} running, {waiting} waiting, {self.slots} at once)"

    @property
    def limits(self) -> Limits:
        """The limits that were set."""
        return read_limits(self._home)

    @property
    def slots(self) -> int:
        """How many runs train at once on this machine."""
        return self.limits.slots(machine.gpus())

    def limit(self, **changes: Any) -> Limits:
        """Change limits, such as ``runs_at_once=2`` or ``gpus=[0, 1]``; None is the default again.

        Runs that train already go on; waiting ones heed the new limits within two seconds.

        Raises:
            InvalidValue: there is no such limit, or it is out of range.
        """
        known = set(asdict(Limits()))
        for name in changes.keys() - known:
            raise InvalidValue(f"there is no limit {name!r}; there are {', '.join(sorted(known))}")
        if isinstance(changes.get("gpus"), list):
            changes["gpus"] = tuple(changes["gpus"])
        limits = replace(self.limits, **changes)
        write_limits(self._home, limits)
        return limits

    def running(self) -> list[Queued]:
        """The runs that train or are paused, in the order in which they were queued."""
        return self._shown([entry for entry in self._entries.live() if not entry.waits])

    def waiting(self) -> list[Queued]:
        """The runs that wait, the next one first."""
        return self._shown([entry for entry in self._entries.live() if entry.waits])

    def gpus(self) -> dict[int, str]:
        """The GPUs that runs may use, each with the id of the run that has it, or nothing."""
        taken = {gpu: entry.id for entry in self._entries.live() for gpu in entry.gpus}
        return {gpu: taken.get(gpu, "") for gpu in self.limits.allowed(machine.gpus())}

    def move(self, job: Job, where: str) -> int:
        """Change the order: ``first``, ``up``, ``down`` or ``last``; return its new place from 1.

        Raises:
            InvalidValue: there is no such move.
            JobBusy: the run does not wait.
        """
        check_choice("where", where, MOVES)
        with self._entries.held():
            queue = [entry for entry in self._entries.live() if entry.waits]
            ids = [entry.id for entry in queue]
            if job.id not in ids:
                raise JobBusy(f"{job.name} is {job.status}; only a run that waits can be moved")
            at = ids.index(job.id)
            to = {"first": 0, "up": max(0, at - 1), "down": at + 1, "last": len(ids)}[where]
            for entry in _placed(queue, at, min(to, len(ids) - 1)):
                self._entries.put(entry)
        return min(to, len(ids) - 1) + 1

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        limits = self.limits
        return {
            "limits": {
                "runs_at_once": self.slots,
                "gpus": None if limits.gpus is None else list(limits.gpus),
            },
            "gpus": [{"index": gpu, "run": run or None} for gpu, run in self.gpus().items()],
            "running": [run.to_dict() for run in self.running()],
            "waiting": [run.to_dict() for run in self.waiting()],
        }

    def _shown(self, entries: Sequence[Entry]) -> list[Queued]:
        shown = []
        for entry in entries:
            try:
                name = Job(self._home / "runs" / entry.id).name
            except (NotFound, FileNotFoundError):  # it was deleted a moment ago
                continue
            shown.append(Queued(entry.id, name, entry.state, entry.why, entry.devices, entry.gpus))
        return shown


def _placed(queue: Sequence[Entry], at: int, to: int) -> list[Entry]:
    """The entries whose place changes when the one at ``at`` goes to ``to``.

    The places are dealt out anew in the new order, so that they keep their distances.
    """
    order = [entry for entry in queue if entry is not queue[at]]
    order.insert(to, queue[at])
    changed, last = [], float("-inf")
    for entry, place in zip(order, [entry.place for entry in queue], strict=True):
        last = max(place, last + _APART_S)
        if entry.place != last:
            changed.append(replace(entry, place=last))
    return changed
