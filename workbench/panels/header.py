"""What the header tells: the processors at hand, and whose kernel this is."""

from __future__ import annotations

from workbench.api.homes import in_voila
from workbench.training.devices import gpus


def header_chips() -> list[dict[str, str]]:
    """GPUs free or CPU, and the kind of kernel."""
    return [_devices(), _kernel()]


def _devices() -> dict[str, str]:
    found = gpus()
    if not found:
        return {"text": "training on CPU", "title": "no NVIDIA GPU was found"}
    free = sum(gpu.free for gpu in found)
    names = "\n".join(f"{gpu.index}: {gpu.name}, {gpu.load:.0f} % busy" for gpu in found)
    tone = "ok" if free else "plain"
    return {"text": f"{free} of {len(found)} GPUs free", "tone": tone, "title": names}


def _kernel() -> dict[str, str]:
    if in_voila():
        title = "this page has a kernel of its own; runs go on when it is closed"
        return {"text": "dashboard", "title": title}
    return {"text": "kernel", "title": "this kernel; runs started in it end with it"}
