"""A trained network, ready to be asked."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from workbench import tasks
from workbench.data import ImageFormat, convert, load_image
from workbench.errors import DataError
from workbench.inference.layers import Layers, view, view_input
from workbench.inference.result import Result
from workbench.networks.probe import flat, probe

if TYPE_CHECKING:
    import keras

Picture = str | os.PathLike[str] | bytes | np.ndarray | Image.Image


class Predictor:
    """Answers with compiled graphs, one for single images, one for batches, one for all layers.

    May be used from several threads.

    Args:
        model: from raw pixels to raw outputs.
        labels: what the outputs stand for.
        image: size and colour the network was trained on.
        task: decodes raw outputs.
        epoch: when its weights were kept, if they are those of a run.
    """

    def __init__(
        self,
        model: keras.Model,
        labels: Sequence[str],
        image: ImageFormat,
        task: str = "classification",
        epoch: float | None = None,
    ) -> None:
        self.model, self.labels, self.image, self.epoch = model, list(labels), image, epoch
        self.task = tasks.get(task)
        self._building = threading.Lock()

    def classify(self, picture: Picture, layers: bool = False) -> Result:
        """Ask the network about one image.

        Args:
            picture: a path, the bytes of a file, a PIL image, or pixels ``(height, width[, c])``.
            layers: look at what every layer made of it, too.

        Raises:
            NotFound: there is no such file.
            DataError: it is no image that can be read.
        """
        pixels = self.read(picture)
        started = time.perf_counter()
        output, views = self._ask(pixels, layers)
        milliseconds = 1000 * (time.perf_counter() - started)
        predictions = self.task.decode(output, self.labels)
        name = os.fspath(picture) if isinstance(picture, str | os.PathLike) else ""
        return Result(str(name), pixels, output, tuple(predictions), milliseconds, views)

    def read(self, picture: Picture) -> np.ndarray:
        """What the network sees of a picture: pixels as a dataset of its format has them."""
        try:
            if isinstance(picture, np.ndarray | Image.Image):
                return convert(picture, self.image)
            return load_image(picture, self.image)
        except DataError as error:
            raise DataError(f"{_name(picture)} cannot be read: {error}") from error

    def outputs(self, batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Raw outputs of batches of pixels ``(n, height, width, channels)``, batch by batch."""
        for batch in batches:
            yield self._batch(batch).numpy()

    def warm_up(self) -> None:
        """Compile the graphs now rather than with the first question."""
        self._ask(np.zeros(self.image.shape, self.image.dtype), layers=True)

    def _ask(self, pixels: np.ndarray, layers: bool) -> tuple[np.ndarray, Layers | None]:
        if not layers:
            return self._batch(pixels[None]).numpy()[0], None
        activations = [value.numpy()[0] for value in self._probe(pixels[None])]
        pairs = zip(self._layers, activations, strict=True)
        views = [view_input(pixels), *(view(layer, value) for layer, value in pairs)]
        return activations[-1].reshape(-1), Layers(views)

    @cached_property
    def _layers(self) -> list[keras.layers.Layer]:
        return flat(self.model)

    @cached_property
    def _batch(self) -> Any:
        return self._compile(self.model)

    @cached_property
    def _probe(self) -> Any:
        return self._compile(probe(self.model))

    def _compile(self, model: keras.Model) -> Any:
        import tensorflow as tf

        shape = tf.TensorSpec([None, *self.image.shape], tf.as_dtype(self.image.dtype))
        with self._building:
            return tf.function(
                lambda pixels: model(tf.cast(pixels, tf.float32), training=False),
                input_signature=[shape],
            ).get_concrete_function()


def _name(picture: Picture) -> str:
    if isinstance(picture, str | os.PathLike):
        return repr(os.fspath(picture))
    return f"the array {picture.shape}" if isinstance(picture, np.ndarray) else "the image"
