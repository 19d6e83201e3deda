"""Classify One, warm, against a call of the network alone."""

from __future__ import annotations

import statistics

import numpy as np

import workbench as wb
from benchmarks import digits
from benchmarks.timing import report, seconds

_ROUNDS = 50


def run() -> None:
    """Print the ratios."""
    from workbench.panels.layer_rows import layer_rows, packed

    trained = wb.train(
        digits.dataset(), epochs=1, batch_size=1024, seed=1, runner="synchronous", name="bench"
    )
    predictor = trained.predictor()
    path = digits.dataset().paths("test", [0])[0]
    predictor.warm_up()
    pixels = np.asarray(digits.dataset().splits["test"].images[:1])
    alone = _milliseconds(lambda: predictor._batch(pixels).numpy())
    without = _milliseconds(lambda: predictor.classify(path))
    with_all = _milliseconds(lambda: packed(layer_rows(predictor.classify(path, True).layers)))
    figures = f"{without:.1f} ms (≤ 30) vs {alone:.1f} ms"
    report("classify one / the network alone", without / alone, "", figures)
    figures = f"{with_all:.1f} ms (≤ 300) vs {alone:.1f} ms"
    report("classify one with all layers and pictures / the same", with_all / alone, "", figures)


def _milliseconds(work) -> float:
    work()
    return 1000 * statistics.median(seconds(work) for _ in range(_ROUNDS))
