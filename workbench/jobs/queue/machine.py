"""Which GPUs this process may use, without TensorFlow and without taking any of their memory."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

_VISIBLE = "CUDA_VISIBLE_DEVICES"


def gpus() -> tuple[int, ...]:
    """The numbers of the GPUs, as ``nvidia-smi`` counts them, that this process may use."""
    return visible(_uuids(), os.environ)


def least_used(free: Collection[int]) -> list[int]:
    """The GPUs in ``free``, those first of whose memory least is taken by whomsoever."""
    if len(free) < 2:
        return sorted(free)
    with _driver() as driver:
        return sorted(free, key=lambda gpu: (driver.memory_used(gpu), gpu))


def visible(uuids: Sequence[str], environment: Mapping[str, str]) -> tuple[int, ...]:
    """Those of the GPUs with these ``uuids`` which ``$CUDA_VISIBLE_DEVICES`` leaves.

    As CUDA reads it: numbers or beginnings of UUIDs; what follows an unknown one is not seen.
    """
    if _VISIBLE not in environment:
        return tuple(range(len(uuids)))
    found: list[int] = []
    for word in environment[_VISIBLE].split(","):
        number = _number(word.strip(), uuids)
        if number is None or number in found:
            break
        found.append(number)
    return tuple(found)


def show_only(chosen: Sequence[int], environment: MutableMapping[str, str] = os.environ) -> None:
    """Let what this process loads from now on see these GPUs alone; must precede TensorFlow."""
    environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # the order in which nvidia-smi counts
    environment[_VISIBLE] = ",".join(map(str, chosen)) or "-1"


def _number(word: str, uuids: Sequence[str]) -> int | None:
    if word.isdecimal():
        return int(word) if int(word) < len(uuids) else None
    fits = [number for number, uuid in enumerate(uuids) if word and uuid.startswith(word)]
    return fits[0] if len(fits) == 1 else None


@cache
def _uuids() -> tuple[str, ...]:
    """Ask the driver once: while a process lives its machine's GPUs stay the same."""
    with _driver() as driver:
        return driver.uuids()


class _driver:  # noqa: N801 - used as a function
    """The NVIDIA driver (NVML), which may be absent."""

    def __enter__(self) -> _driver:
        import pynvml

        self._nvml: Any = pynvml
        try:
            pynvml.nvmlInit()
            self._count = int(pynvml.nvmlDeviceGetCount())
        except pynvml.NVMLError:
            self._count = 0
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(self._nvml.NVMLError):
            self._nvml.nvmlShutdown()

    def uuids(self) -> tuple[str, ...]:
        """The name of each GPU, by its number."""
        handles = map(self._nvml.nvmlDeviceGetHandleByIndex, range(self._count))
        return tuple(str(self._nvml.nvmlDeviceGetUUID(handle)) for handle in handles)

    def memory_used(self, gpu: int) -> int:
        """Bytes taken; none where it cannot be told."""
        try:
            handle = self._nvml.nvmlDeviceGetHandleByIndex(gpu)
            return int(self._nvml.nvmlDeviceGetMemoryInfo(handle).used)
        except self._nvml.NVMLError:
            return 0
