"""Which processors there are, and how TensorFlow is told to use them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cache

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
def prepare() -> str:
    """Make TensorFlow take GPU memory as it needs it; return in words what it computes on.

    Must come before the first computation of the process; later it only tells.
    """
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    with suppress(RuntimeError):  # already computing: growth is as it was set then
        for device in found:
            tf.config.experimental.set_memory_growth(device, True)
    return f"GPU ({len(found)} visible)" if found else "CPU"
