"""An array that has a shape and is read when it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Stored:
    """One array of a file; ``read`` may be called while the file is open."""

    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]


# By name, such as ``conv1/kernel``, with what it is nested in before; the last part may be the
# variable's place in its layer instead, ``conv1/0``.
Weights = dict[str, Stored]
