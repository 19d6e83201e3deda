"""What the machine is doing, in a few words."""

from __future__ import annotations

import os

import psutil

from workbench.panels import format as fmt
from workbench.training.devices import gpus


def hardware() -> list[tuple[str, str]]:
    """Load and memory of the processor and of each GPU."""
    memory = psutil.virtual_memory()
    used = memory.total - memory.available
    facts = [
        ("CPU", f"{psutil.cpu_percent():.0f} % busy · {os.cpu_count()} cores"),
        ("Memory", f"{fmt.size(used)} of {fmt.size(memory.total)}"),
    ]
    for gpu in gpus():
        memory_text = f"{fmt.size(gpu.memory_used)} of {fmt.size(gpu.memory_total)}"
        facts.append(
            (
                f"GPU {gpu.index}",
                f"{gpu.load:.0f} % busy · {memory_text} · {gpu.temperature:.0f} °C",
            )
        )
    return facts
