"""Reading a run as it grows: the curves so far, and where to read on."""

from __future__ import annotations

import numpy as np

from workbench.jobs import Event, Job
from workbench.training.history import History


class RunReader:
    """Follows the events of a run from its beginning; any number of readers disturbs nobody.

    Attributes:
        version: grows whenever the curves change.
        checkpoints: how many were announced.
        looks: how often the watched layers were recorded.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.history = History()
        self.statuses: list[Event] = []
        self.version = 0
        self.checkpoints = self.looks = 0
        self._offset = 0

    def read(self) -> bool:
        """Take in what is new; tell whether the curves changed."""
        events, self._offset = self.job.events(self._offset)
        changed = False
        for event in events:
            changed = self.history.apply(event) or changed
            self.checkpoints += event.get("type") == "checkpoint"
            self.looks += event.get("type") == "layers"
            if event.get("type") == "status":
                self.statuses.append(event)
        self.version += changed
        return changed


def thinned(values: np.ndarray, most: int) -> list[float]:
    """At most ``most`` values, evenly picked, the last always among them."""
    if len(values) <= most:
        return [float(value) for value in values]
    places = np.linspace(0, len(values) - 1, most).round().astype(int)
    return [float(value) for value in values[places]]
