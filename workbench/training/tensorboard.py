"""TensorBoard event files beside our own, for those who compare runs there."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self


class TensorBoard:
    """Writes scalars to ``folder/train`` and ``folder/validation``, named as Keras names them."""

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf

        self._tf = tf
        self._writers = {
            split: tf.summary.create_file_writer(str(folder / split))
            for split in ("train", "validation")
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def write(self, split: str, step: int, **figures: float) -> None:
        """Note figures of a split at a step."""
        with self._writers[split].as_default(step):
            for name, value in figures.items():
                self._tf.summary.scalar(name, value)

    def flush(self) -> None:
        """Let readers see what was written."""
        for writer in self._writers.values():
            writer.flush()


class NoBoard:
    """Writes nothing, in the place of one that does."""

    def __init__(self, folder: Path) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def write(self, split: str, step: int, **figures: float) -> None:
        """Note nothing."""

    def flush(self) -> None:
        """Nothing is kept."""
