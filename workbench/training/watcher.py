"""Looks into a network while it is trained: at the watched layers, and at the health of all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data import Dataset
from workbench.networks.probe import flat, probe, state_of
from workbench.training.health import Health
from workbench.training.layer_records import Look
from workbench.training.watch import Watch, usual_split, watched

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# As many images as have about so many pixels, for a look is to take no time.
_NUMBERS = 2_400_000
_MOST_IMAGES = 64
# Beside what has weights, these can die; what only passes on has what they have.
_RECTIFIERS = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU")


class Watcher:
    """Compiled once, asked at every validation.

    Args:
        model: from raw pixels to raw outputs.
        dataset: some of its validation images, or else of those to train, show the health.
    """

    def __init__(self, model: keras.Model, dataset: Dataset, watch: Watch) -> None:
        self._model, self._dataset = model, dataset
        self._layers = flat(model)
        self._probe = probe(model)
        self._images = _some(dataset)
        self.greatest_pixel = float(np.abs(self._images.astype(np.float64)).max())
        self.watch = watch.checked(dataset)
        self._places = watched(self.watch, self._layers)
        self._look: Any = None

    def choose(self, watch: Watch) -> None:
        """Watch something else.

        Raises:
            InvalidValue, NotFound: there is no such image or layer.
        """
        watch = watch.checked(self._dataset)
        places = watched(watch, self._layers)
        if places != self._places:
            self._look = None  # compiled for the layers that are given back
        self.watch, self._places = watch, places

    def look(self, step: int, epoch: float) -> tuple[Look, list[Health]]:
        """What the watched layers have learnt and answer now, and how all layers are."""
        import tensorflow as tf

        self._look = self._look or tf.function(self._ask)
        split, index = self.watch.split, self.watch.index
        pixels = np.asarray(self._dataset.splits[split].images[index])
        figures, outputs = self._look(np.concatenate([pixels[None], self._images]))
        layers = [self._layers[place] for place in self._places]
        records = tuple(
            state_of(layer, output.numpy()) for layer, output in zip(layers, outputs, strict=True)
        )
        names = tuple(layer.name for layer in self._layers)
        seen = Look(step, epoch, split, index, pixels, names, records)
        return seen, self._healths(figures.numpy())

    def _ask(self, pixels: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        import tensorflow as tf

        outputs = self._probe(tf.cast(pixels, tf.float32), training=False)
        outputs = [tf.cast(output, tf.float32) for output in tf.nest.flatten(outputs)]
        figures = tf.stack([_figures(output) for output in outputs])
        return figures, [outputs[place][0] for place in self._places]

    def _healths(self, figures: np.ndarray) -> list[Health]:
        pairs = zip(self._layers, figures.tolist(), strict=True)
        return [_health(layer.name, *row) for layer, row in pairs if _can_die(layer)]


def _can_die(layer: keras.Layer) -> bool:
    return bool(layer.weights) or type(layer).__name__ in _RECTIFIERS


def _health(
    name: str, mean: float, deviation: float, greatest: float, dead: float, channels: float
) -> Health:
    reach = greatest if math.isfinite(mean) and math.isfinite(greatest) else math.inf
    return Health(name, mean, deviation, reach, int(channels), int(dead))


def _figures(output: tf.Tensor) -> tf.Tensor:
    """Mean, deviation, greatest magnitude, dead channels, channels."""
    import tensorflow as tf

    magnitude = tf.abs(output)
    channels = tf.reduce_max(magnitude, axis=list(range(len(output.shape) - 1)))
    dead = tf.reduce_sum(tf.cast(channels == 0, tf.float32))
    return tf.stack(
        [
            tf.reduce_mean(output),
            tf.math.reduce_std(output),
            tf.reduce_max(magnitude),
            dead,
            tf.cast(tf.size(channels), tf.float32),
        ]
    )


def _some(dataset: Dataset) -> np.ndarray:
    """Images evenly picked."""
    split = dataset.splits[usual_split(dataset)]
    fitting = _NUMBERS // int(np.prod(split.images.shape[1:]))
    count = max(1, min(_MOST_IMAGES, fitting, len(split)))
    places = np.unique(np.linspace(0, len(split) - 1, count).astype(int))
    return np.asarray(split.images[places])
