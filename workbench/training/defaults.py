"""What a run has where nobody says otherwise and the network or the solver knows better."""

from __future__ import annotations

from typing import Any

from workbench import networks
from workbench.training.solvers import solvers
from workbench.validation import check_choice

_PLAIN = "sgd"


def defaults(network: str = "lenet", solver: str = _PLAIN) -> dict[str, Any]:
    """Fields of a :class:`TrainConfig` by name: batch size, learning rate, mean subtraction.

    A rate is the solver's own, lower by as much as the network wants it lower than usual.

    Raises:
        NotFound: there is no such network.
        InvalidValue: there is no such solver.
    """
    known = solvers()
    check_choice("solver", solver, known)
    lower = networks.default_learning_rate(network) / known[_PLAIN].learning_rate
    return {
        "batch_size": networks.default_batch_size(network),
        "learning_rate": float(f"{known[solver].learning_rate * lower:g}"),
        "mean_subtraction": networks.default_mean_subtraction(network),
    }
