"""The queue of a home: which run may train, on which GPUs, and who waits for what."""

from workbench.jobs.queue.limits import Limits
from workbench.jobs.queue.queue import Queue, Queued
from workbench.jobs.queue.turn import Turn, enter

__all__ = ["Limits", "Queue", "Queued", "Turn", "enter"]
