"""The executor of training runs."""

from __future__ import annotations

import dataclasses

from workbench.jobs import Home, Job, JobContext
from workbench.training.cluster import Alone, Cluster, noticing_loss
from workbench.training.config import TrainConfig
from workbench.training.restore import dataset_of
from workbench.training.trust import check_trusted


def execute(job: Job, context: JobContext, cluster: Cluster | None = None) -> None:
    """Train the run in ``job``, from its latest checkpoint if it has one.

    Args:
        cluster: the machines that train it together; this one alone by default.

    Raises:
        DataError: its dataset is gone or not finished.
        NotTrusted: its network is code that nobody trusts in this home.
        JobFailed: see :class:`workbench.training.trainer.Trainer`.
        JobInterrupted: another machine was lost.
    """
    config = TrainConfig.from_dict(job.config)
    check_trusted(Home(job.path.parents[1]), config.code, job.name)
    dataset = dataset_of(job)
    context.progress(0, config.epochs, "epochs", "Starting TensorFlow")
    from workbench.training import devices
    from workbench.training.trainer import Trainer

    devices.prepare()
    cluster = cluster or Alone()
    cluster.begin()
    config = dataclasses.replace(config, devices=_given(config.devices, context.gpus))
    context.emit("facts", device=devices.describe(config.devices))
    with noticing_loss(cluster):
        Trainer(config, dataset, context, cluster).run()


def _given(wish: str, gpus: tuple[int, ...] | None) -> str:
    """The devices to use where ``wish`` is what the configuration says of them.

    Args:
        gpus: those that the queue gave, as TensorFlow counts them.
    """
    import tensorflow as tf

    if gpus == ():
        return wish or "cpu:1"
    # A TensorFlow without CUDA sees no GPU though the machine has some.
    if gpus is None or max(gpus) >= len(tf.config.list_physical_devices("GPU")):
        return wish
    return "gpu:" + ",".join(map(str, gpus))
