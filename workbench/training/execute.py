"""The executor of training runs."""

from __future__ import annotations

from workbench.jobs import Job, JobContext
from workbench.training.config import TrainConfig
from workbench.training.restore import dataset_of


def execute(job: Job, context: JobContext) -> None:
    """Train the run in ``job``, from its latest checkpoint if it has one.

    Raises:
        DataError: its dataset is gone or not finished.
        JobFailed: see :class:`workbench.training.trainer.Trainer`.
    """
    config = TrainConfig.from_dict(job.config)
    dataset = dataset_of(job)
    context.progress(0, config.epochs, "epochs", "Starting TensorFlow")
    from workbench.training import devices
    from workbench.training.trainer import Trainer

    context.emit("facts", device=devices.prepare())
    Trainer(config, dataset, context).run()
