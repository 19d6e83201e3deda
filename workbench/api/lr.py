"""Finding a learning rate before a run is started."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.api.datasets import dataset as find_dataset
from workbench.api.homes import home as current_home
from workbench.api.train import train_config
from workbench.data import Dataset
from workbench.jobs import Home
from workbench.training.config import TrainConfig
from workbench.training.trust import trust
from workbench.validation import check

if TYPE_CHECKING:
    from workbench.training.lr_finder import LrCurve


def find_learning_rate(
    dataset: Dataset | str,
    *,
    network: str | Callable[..., Any] | type = "lenet",
    config: TrainConfig | None = None,
    steps: int = 100,
    progress: Callable[[int, int], None] | None = None,
    home: Home | None = None,
    **fields: Any,
) -> LrCurve:
    """Train for a few steps while the rate rises; ``result.suggestion`` is a rate to begin with.

    Nothing is kept of it. It takes the arguments of :func:`workbench.train`.

    Args:
        dataset: what to train on, or its id or name.
        steps: over how many the rate rises.
        progress: called with the steps done and all steps; whatever it raises ends the search.
        fields: further fields of :class:`TrainConfig`, such as ``solver="adam"``.

    Raises:
        InvalidValue: a field is unknown or out of range.
        NotFound: there is no such dataset or network.
    """
    from workbench.training.lr_finder import find_learning_rate as find

    home = home or current_home()
    found = find_dataset(dataset, home) if isinstance(dataset, str) else dataset
    check(found.status == "done", f"the dataset {found.name} is {found.status}, not done")
    check(config is None or not fields, "give either config or single fields, not both")
    if config is None:
        config = train_config(found.id, network=network, task=found.task, **fields)
    # Whoever looks for a rate has seen the code, as who starts a run.
    trust(home, config.code)
    return find(dataclasses.replace(config, dataset=found.id), found, steps, progress)
