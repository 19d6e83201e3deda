"""What a finished or interrupted run left: its dataset and its trained models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.data import Dataset
from workbench.errors import DataError, NotFound
from workbench.jobs import Home, Job
from workbench.training.checkpoints import (
    Checkpoint,
    assign,
    averaged,
    checkpoint_at,
    load_checkpoint,
)
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    import keras

    from workbench.training.model import Built


def load_model(job: Job, checkpoint: Checkpoint | None = None) -> keras.Model:
    """Build the network of a run with the weights of a checkpoint, the best one by default.

    Returns:
        A model from raw pixels ``(batch, height, width, channels)`` to raw outputs.

    Raises:
        NotFound: the run has no checkpoint yet.
        DataError: the checkpoint is damaged, or the dataset is gone.
        NotTrusted: the network is code that nobody trusts in this home.
    """
    return load_built(job, checkpoint).model


def load_built(job: Job, checkpoint: Checkpoint | None = None) -> Built:
    """The same with all its parts. It computes in float32 whatever the run was trained in."""
    from workbench.networks.building import FULL
    from workbench.training import devices
    from workbench.training.model import build

    devices.prepare()
    checkpoint = checkpoint or checkpoint_at(job)
    built = build(TrainConfig.from_dict(job.config), dataset_of(job), FULL)
    values, state = load_checkpoint(checkpoint.path)
    # The optimizer's variables follow the model's and are not needed here.
    assign(built.core.variables, averaged(values, state), checkpoint.path)
    return built


def dataset_of(job: Job) -> Dataset:
    """The dataset that a run trains on, found beside it in the same home.

    Raises:
        DataError: it is gone or not finished.
    """
    home = Home(job.path.parents[1])
    try:
        dataset = Job(home.datasets_dir / job.config["dataset"])
    except NotFound:
        raise DataError(
            f"the dataset of {job.name} is gone; make it again and train anew"
        ) from None
    if dataset.status != "done":
        raise DataError(f"the dataset {dataset.name} is {dataset.status}; wait until it is done")
    return Dataset(dataset)
