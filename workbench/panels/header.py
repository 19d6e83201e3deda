"""What the header tells: the processors at hand, and whose kernel this is."""

from __future__ import annotations

from workbench.api.homes import in_voila
from workbench.errors import WorkbenchError
from workbench.jobs import Home
from workbench.training.devices import gpus


def header_chips(home: Home) -> list[dict[str, str]]:
    """GPUs free or CPU, and the kind of kernel."""
    return [_devices(home), _kernel()]


def _devices(home: Home) -> dict[str, str]:
    taken = _taken(home)
    found = [gpu for gpu in gpus() if taken is None or gpu.index in taken]
    if not found:
        return {"text": "training on CPU", "title": "there is no NVIDIA GPU for runs"}
    busy = {gpu.index for gpu in found if not gpu.free or (taken and taken[gpu.index])}
    free = len(found) - len(busy)
    names = "\n".join(f"{gpu.index}: {gpu.name}, {gpu.load:.0f} % busy" for gpu in found)
    tone = "ok" if free else "plain"
    return {"text": f"{free} of {len(found)} GPUs free", "tone": tone, "title": names}


def _taken(home: Home) -> dict[int, str] | None:
    """The GPUs for runs, each with the run that has it; None where the limits are damaged."""
    try:
        return home.queue.gpus()
    except WorkbenchError:  # Home says so
        return None


def _kernel() -> dict[str, str]:
    if in_voila():
        title = "this page has a kernel of its own; runs go on when it is closed"
        return {"text": "dashboard", "title": title}
    return {"text": "kernel", "title": "this kernel; runs started in it end with it"}
