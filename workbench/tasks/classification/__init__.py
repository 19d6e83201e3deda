"""Classification: each image belongs to one of several classes."""

from workbench.tasks.classification.prediction import Prediction, softmax
from workbench.tasks.classification.task import Classification

TASK = Classification()

__all__ = ["TASK", "Classification", "Prediction", "softmax"]
