"""The random numbers of a step, each image's following from seed, step and its place alone.

So a run that is resumed changes its images as it would have done, whichever thread reads them, and
what one change draws does not depend on whether another is on.
"""

from __future__ import annotations

from functools import cache

import numpy as np

# Each has a stream of its own. New ones go to the end, or the images of old seeds change.
KINDS = (
    "flip",
    "turn",
    "move",
    "crop",
    "tone",
    "colour",
    "noise",
    "rand_augment",
    "erasing",
    "mixing",
    "mixing_box",
)
TABLE = 1 << 20


class Draws:
    """Random numbers for the ``count`` images of one step.

    Row p of anything drawn is the same for every ``count`` above p.
    """

    def __init__(self, seed: int, step: int, count: int) -> None:
        self.seed, self.step, self.count = seed, step, count

    def uniform(self, kind: str, width: int) -> np.ndarray:
        """Numbers from 0 to below 1, ``(count, width)``."""
        return self._stream(kind).random((self.count, width))

    def normal(self, kind: str, width: int) -> np.ndarray:
        """Numbers of mean 0 and deviation 1, ``(count, width)``."""
        return self._stream(kind).standard_normal((self.count, width))

    def beta(self, kind: str, alpha: float) -> np.ndarray:
        """Numbers of the distribution Beta(alpha, alpha), ``(count,)``."""
        return self._stream(kind).beta(alpha, alpha, self.count)

    def _stream(self, kind: str) -> np.random.Generator:
        # The order of a run's images uses the same key, with the counter beginning at 0.
        counter = [0, 0, 0, 1 + KINDS.index(kind)]
        return np.random.Generator(np.random.Philox(key=[self.seed, self.step], counter=counter))


@cache
def table(shape: str) -> np.ndarray:
    """``TABLE`` random numbers, float32, ``normal`` or ``uniform``, the same ones for ever.

    A number for each pixel of each image would cost more than all else; a piece of a table that
    begins at a random place looks the same.
    """
    random = np.random.Generator(np.random.Philox(key=[0, 0], counter=[0, 0, 0, 2**32]))
    draw = random.standard_normal if shape == "normal" else random.random
    numbers = draw(TABLE, dtype=np.float32)
    numbers.setflags(write=False)
    return numbers
