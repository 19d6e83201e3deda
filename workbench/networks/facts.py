"""What one should know of a network by its word, be it in the catalogue or custom."""

from __future__ import annotations

from workbench.networks.catalogue import CUSTOM, get

_CUSTOM_BATCH_SIZE = 64


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
