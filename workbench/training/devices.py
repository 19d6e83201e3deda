"""Which processors there are, and how TensorFlow is told to use them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue
from workbench.networks.loading import load_keras

if TYPE_CHECKING:
    import tensorflow as tf

# A GPU whose memory is mostly taken serves somebody else.
_BUSY_SHARE = 0.1


@dataclass(frozen=True)
class Gpu:
    """A GPU as its driver sees it: load in percent, memory in bytes, temperature in °C."""

    index: int
    name: str
    load: float
    memory_used: int
    memory_total: int
    temperature: float

    @property
    def free(self) -> bool:
        """Whether nobody uses it to speak of."""
        return self.memory_used < _BUSY_SHARE * self.memory_total and self.load < 10


def gpus() -> list[Gpu]:
    """Ask the NVIDIA driver (NVML) for its GPUs; none when there is no driver.

    Does not import TensorFlow and takes no GPU memory.
    """
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        return [_gpu(pynvml, index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return []
    finally:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def _gpu(pynvml: object, index: int) -> Gpu:
    nvml: object = pynvml
    handle = nvml.nvmlDeviceGetHandleByIndex(index)  # type: ignore[attr-defined]
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)  # type: ignore[attr-defined]
    return Gpu(
        index=index,
        name=str(nvml.nvmlDeviceGetName(handle)),  # type: ignore[attr-defined]
        load=float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu),  # type: ignore[attr-defined]
        memory_used=int(memory.used),
        memory_total=int(memory.total),
        temperature=float(
            nvml.nvmlDeviceGetTemperature(handle, 0)  # type: ignore[attr-defined]
        ),
    )


@cache
def prepare() -> None:
    """Make TensorFlow take GPU memory as it needs it.

    Must come before the first computation of the process; later it does nothing.
    """
    load_keras()
    import tensorflow as tf

    with suppress(RuntimeError):  # already computing: growth is as it was set then
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)


def describe(word: str) -> str:
    """What a run with that word for its devices computes on, in words: ``2 GPUs``, ``CPU``."""
    chosen = _chosen(word)
    kind = chosen[0].split(":")[-2] if chosen else "CPU"
    return kind if len(chosen) < 2 else f"{len(chosen)} {kind}s"


def strategy(word: str) -> tf.distribute.Strategy | None:
    """How the devices of a run share its work; None for the one that is used anyhow.

    Raises:
        InvalidValue: there are no such devices.
    """
    import tensorflow as tf

    chosen = _chosen(word)
    if len(chosen) > 1:
        return tf.distribute.MirroredStrategy(chosen)
    usual = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if not chosen or chosen[0] == usual[0].name:
        return None
    return tf.distribute.OneDeviceStrategy(chosen[0])


@contextmanager
def scope(strategy: tf.distribute.Strategy | None) -> Iterator[None]:
    """Make variables within the block on all devices of a strategy."""
    if strategy is None:
        yield
        return
    with strategy.scope():
        yield


def distributed(batches: tf.data.Dataset, strategy: tf.distribute.Strategy | None) -> Any:
    """Deal out batches: one to each device in turn."""
    if strategy is None:
        return batches
    return strategy.distribute_datasets_from_function(lambda _: batches)


def _chosen(word: str) -> list[str]:
    """The names of the devices that a configuration's word means; none for the processor."""
    import tensorflow as tf

    kind, _, which = word.partition(":")
    if kind == "cpu":
        return _logical_processors(int(which))
    found = [device.name for device in tf.config.list_logical_devices("GPU")]
    if not word:
        return found
    # Where the queue gave GPUs, those are all that this process sees.
    wanted = len(which.split(",")) if kind == "gpu" else int(word)
    if wanted > len(found):
        raise InvalidValue(
            f"devices: {word} asks for {wanted} GPUs, there are {len(found)}; "
            "leave devices empty to take one, or the processor where there is none"
        )
    if kind == "gpu" and len(found) > wanted:
        numbers = [int(number) for number in which.split(",")]
        if max(numbers) >= len(found):
            raise InvalidValue(
                f"devices: {word} asks for more than the {len(found)} GPUs there are"
            )
        return [found[number] for number in numbers]
    return found[:wanted]


def _logical_processors(count: int) -> list[str]:
    """Divide the processor into several, which TensorFlow does before it first computes only."""
    import tensorflow as tf

    if count > 1:
        (processor,) = tf.config.list_physical_devices("CPU")
        parts = [tf.config.LogicalDeviceConfiguration()] * count
        with suppress(RuntimeError):
            tf.config.set_logical_device_configuration(processor, parts)
    found = [device.name for device in tf.config.list_logical_devices("CPU")]
    if count > len(found):
        raise InvalidValue(
            f"devices: cpu:{count} cannot be had any more, this process computes already; "
            "let the run have a process of its own"
        )
    return found[:count]
