"""``import workbench`` in a fresh interpreter, against ``import numpy``."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.timing import paired, report

_ROUNDS = 7
_CODE = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def run() -> None:
    """Print the ratio."""
    time, reference, ratio = paired(lambda: _import("workbench"), lambda: _import("numpy"), _ROUNDS)
    figures = f"{1000 * time:.0f} ms (≤ 250) vs {1000 * reference:.0f} ms"
    report("import workbench / import numpy", ratio, "", figures)


def _import(name: str) -> float:
    code = _CODE.format(name)
    command = [sys.executable, "-c", code]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
