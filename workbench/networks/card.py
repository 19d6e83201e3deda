"""What one should know of a network before choosing it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

Build = Callable[[tuple[int, int, int], int], "keras.Model"]

_FLOAT = 4


@dataclass(frozen=True)
class NetworkCard:
    """A network of the catalogue. Its figures are those for its default input.

    Attributes:
        recipe: ``module:function`` of ``build(input_shape, outputs) -> keras.Model``; the
            model takes raw pixels (float32, 0–255, mean possibly subtracted) of shape
            ``(height, width, channels)`` and gives ``outputs`` raw numbers (logits). It may have
            further outputs, of auxiliary heads: each counts 0.3 of the loss in training and is
            dropped afterwards; the first is the answer.
        default_input: height, width and channels it was designed for.
        smallest: the least height and width it can be built for.
        parameters: how many numbers training changes.
        multiply_adds: multiplications, each with its addition, that one image takes forwards.
        activations: elements of the outputs of all layers for one image.
        classes: for so many the figures hold.
        application: its name in Keras Applications, which offer weights; empty if it is not there.
        default_learning_rate: to begin with, by plain gradient descent with momentum.
        centres: whether it subtracts a mean colour itself, so that the dataset's should not be
            subtracted before it.
    """

    name: str
    title: str
    family: str
    year: int
    recipe: str
    default_input: tuple[int, int, int]
    default_batch_size: int
    smallest: tuple[int, int]
    reference: str
    parameters: int
    multiply_adds: int
    activations: int
    classes: int = 1000
    application: str = ""
    centres: bool = False
    default_learning_rate: float = 0.01

    @property
    def build(self) -> Build:
        """The recipe itself; imports Keras."""
        module, function = self.recipe.split(":")
        return getattr(importlib.import_module(module), function)

    @property
    def memory(self) -> int:
        """About how many bytes training takes at the default input and batch size.

        Weights, their gradients and their momentum, and what every layer gives, in float32.
        """
        return _FLOAT * (3 * self.parameters + self.default_batch_size * self.activations)

    def multiply_adds_at(self, height: int, width: int) -> int:
        """About how many multiply-adds an image of that size takes: they follow its area."""
        default = self.default_input[0] * self.default_input[1]
        return round(self.multiply_adds * height * width / default)

    def matches(self, words: str) -> bool:
        """Whether each of the words is in its name, title, family, year or reference."""
        text = " ".join((self.name, self.title, self.family, str(self.year), self.reference))
        return all(word in text.casefold() for word in words.casefold().split())
