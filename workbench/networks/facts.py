"""What one should know of a network by its word, be it in the catalogue or custom."""

from __future__ import annotations

from workbench.networks.catalogue import CUSTOM, get

_CUSTOM_BATCH_SIZE = 64
_CUSTOM_LEARNING_RATE = 0.01


def title(name: str) -> str:
    """What people call the network.

    Raises:
        NotFound: there is none of that name.
    """
    return "Custom network" if name == CUSTOM else get(name).title


def smallest(name: str) -> tuple[int, int]:
    """The least height and width it can be built for; a custom network says so itself.

    Raises:
        NotFound: there is none of that name.
    """
    return (1, 1) if name == CUSTOM else get(name).smallest


def default_batch_size(name: str) -> int:
    """How many images a step takes unless one says otherwise.

    Raises:
        NotFound: there is none of that name.
    """
    return _CUSTOM_BATCH_SIZE if name == CUSTOM else get(name).default_batch_size


def default_learning_rate(name: str) -> float:
    """The rate to begin with, by plain gradient descent with momentum.

    Raises:
        NotFound: there is none of that name.
    """
    return _CUSTOM_LEARNING_RATE if name == CUSTOM else get(name).default_learning_rate


def default_mean_subtraction(name: str) -> str:
    """Which mean of the dataset is subtracted before the network unless one says otherwise.

    None where the network subtracts a mean itself: its published weights know no other pixels.

    Raises:
        NotFound: there is none of that name.
    """
    return "none" if name != CUSTOM and get(name).centres else "image"
