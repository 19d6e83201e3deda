"""Several machines that train one run together, as ``TF_CONFIG`` describes them.

Every machine runs the same trainer on its share of each step's images; the first one decides what
comes next, owns the run's directory and is the only one that writes there. What it decides reaches
the others by way of a sum over all of them, to which they contribute nothing.

Source of the format: TensorFlow, Multi-worker training with Keras (``TF_CONFIG``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from workbench.errors import InvalidValue, JobInterrupted
from workbench.training import devices

if TYPE_CHECKING:
    import tensorflow as tf

_MOST_RATES = 1024


@dataclass(frozen=True)
class Call:
    """What all do next.

    Attributes:
        total: steps of the run in all.
        rates: the rate of each of the next steps; none at the end.
        stop: whether Stop was commanded.
    """

    total: int
    rates: list[float] = field(default_factory=list)
    stop: bool = False


class Cluster(Protocol):
    """Those who train a run together."""

    first: bool

    def begin(self) -> None:
        """Meet the others; before anything is computed."""

    def strategy(self, word: str) -> tf.distribute.Strategy | None:
        """How the devices that a configuration's word means share the work."""

    def share(self, parts: int, replicas: int) -> Sequence[int]:
        """Which of the parts of a step are this machine's, in the order they are taken."""

    def agree(self, call: Call | None) -> Call:
        """What the first decided; the others give None."""


class Alone:
    """One machine."""

    first = True

    def begin(self) -> None:
        """There is nobody to meet."""

    def strategy(self, word: str) -> tf.distribute.Strategy | None:
        """See :func:`workbench.training.devices.strategy`."""
        return devices.strategy(word)

    def share(self, parts: int, replicas: int) -> Sequence[int]:
        """All of them."""
        return range(parts * replicas)

    def agree(self, call: Call | None) -> Call:
        """What was decided here."""
        assert call is not None
        return call


class Machines:
    """One of several machines.

    Args:
        index: which one, from 0.
        count: how many there are.
    """

    def __init__(self, index: int, count: int) -> None:
        self._index, self._count = index, count
        self.first = index == 0
        self._strategy: tf.distribute.Strategy | None = None

    def begin(self) -> None:
        """Wait until all are there."""
        import tensorflow as tf

        self._strategy = tf.distribute.MultiWorkerMirroredStrategy()
        self._sum = tf.function(self._sum_of)

    def strategy(self, word: str) -> tf.distribute.Strategy | None:
        """All processors or GPUs of all machines, whatever the word."""
        return self._strategy

    def share(self, parts: int, replicas: int) -> Sequence[int]:
        """Of each round of parts, one a device of this machine."""
        own = replicas // self._count
        first = self._index * own
        return [part * replicas + first + place for part in range(parts) for place in range(own)]

    def agree(self, call: Call | None) -> Call:
        """What the first decided."""
        message = np.zeros(_MOST_RATES + 3)
        if call is not None:
            message[:3] = call.total, len(call.rates), call.stop
            message[3 : 3 + len(call.rates)] = call.rates
        total, count, stop, *rates = self._sum(message).numpy().tolist()
        return Call(round(total), rates[: round(count)], bool(stop))

    def _sum_of(self, message: Any) -> Any:
        """The sum over machines of what each gives."""
        import tensorflow as tf

        strategy = self._strategy
        assert strategy is not None
        devices_here = strategy.num_replicas_in_sync // self._count

        def own() -> tf.Tensor:
            return message / devices_here

        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(own), axis=None)


@contextmanager
def noticing_loss(cluster: Cluster | None) -> Iterator[None]:
    """Tell the loss of another machine from what went wrong here.

    Raises:
        JobInterrupted: another machine was lost; the run can be resumed.
    """
    if not isinstance(cluster, Machines):
        yield
        return
    import tensorflow as tf

    lost = (
        tf.errors.UnavailableError,
        tf.errors.AbortedError,
        tf.errors.CancelledError,
        tf.errors.DeadlineExceededError,
    )
    try:
        yield
    except lost as error:
        raise JobInterrupted(
            "another machine that trained this run was lost; start them again to go on from the "
            "latest checkpoint"
        ) from error


def from_environment() -> Cluster:
    """The machines that ``TF_CONFIG`` tells of; alone without it.

    Raises:
        InvalidValue: it cannot be understood.
    """
    text = os.environ.get("TF_CONFIG", "")
    if not text:
        return Alone()
    try:
        config = json.loads(text)
        workers, task = config["cluster"]["worker"], config["task"]
        index, kind = int(task["index"]), task["type"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidValue(
            f"TF_CONFIG cannot be understood ({error!r}); it must name cluster.worker, a list of "
            "HOST:PORT, and task.type and task.index"
        ) from None
    fitting = kind == "worker" and set(config["cluster"]) == {"worker"} and index < len(workers)
    if not fitting:
        raise InvalidValue("TF_CONFIG must tell of workers only, and be the task of one of them")
    return Machines(index, len(workers)) if len(workers) > 1 else Alone()
