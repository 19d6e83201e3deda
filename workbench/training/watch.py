"""What is looked at while a run goes on: some layers, and the image that goes through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from workbench.data import Dataset
from workbench.errors import NotFound
from workbench.validation import (
    Configuration,
    check,
    check_choice,
    check_text,
    check_whole,
)

if TYPE_CHECKING:
    import keras

    from workbench.jobs import Event

MOST_LAYERS = 8
WATCH = "watch"


@dataclass(frozen=True)
class Watch(Configuration):
    """Layers and an image.

    Attributes:
        layers: their names; empty: the first, a middle and the last convolution.
        split: where the image is, empty: among the validation images, or else those to train.
        index: which of them.
    """

    layers: tuple[str, ...] = ()
    split: str = ""
    index: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        for name in self.layers:
            check_text("a name in layers", name)
        check(
            len(self.layers) <= MOST_LAYERS,
            f"layers: at most {MOST_LAYERS} are watched at once, got {len(self.layers)}",
        )
        check_whole("index", self.index, 0)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """What was wished last in a run's events."""
        wished = [event["watch"] for event in events if event.get("type") == WATCH]
        return cls.from_dict(wished[-1]) if wished else cls()

    def checked(self, dataset: Dataset) -> Self:
        """The same with its image named.

        Raises:
            InvalidValue: the dataset has no such image.
        """
        split = self.split or usual_split(dataset)
        check_choice("split", split, list(dataset.splits))
        count = len(dataset.splits[split])
        check_whole("index", self.index, 0, count - 1)
        return type(self)(self.layers, split, self.index)


def usual_split(dataset: Dataset) -> str:
    """Where images are taken from that training is not to know: validation, if there is one."""
    return "val" if "val" in dataset.splits else "train"


def check_names(watch: Watch, names: Sequence[str]) -> None:
    """Refuse a layer that is not among the ``names`` of a network's.

    Raises:
        NotFound: a layer is not there.
    """
    missing = [name for name in watch.layers if name not in names]
    if missing:
        raise NotFound(f"layers: the network has no {missing[0]!r}; it has {', '.join(names)}")


def watched(watch: Watch, layers: Sequence[keras.Layer]) -> list[int]:
    """The places of the watched among all ``layers`` of a network.

    Raises:
        NotFound: a layer is not there.
    """
    names = [layer.name for layer in layers]
    check_names(watch, names)
    return [names.index(name) for name in watch.layers] or _telling(layers)


def _telling(layers: Sequence[keras.Layer]) -> list[int]:
    """The first, a middle and the last convolution; of a network without any, what has weights."""
    found = [i for i, layer in enumerate(layers) if len(getattr(layer, "kernel_size", ())) == 2]
    found = found or [i for i, layer in enumerate(layers) if layer.trainable_weights]
    return found if len(found) <= 3 else [found[0], found[len(found) // 2], found[-1]]
