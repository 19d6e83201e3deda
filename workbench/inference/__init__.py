"""Inference: ask a trained network, look inside, measure it."""

from workbench.inference.evaluate import Evaluation, evaluate
from workbench.inference.layers import Layers, LayerView
from workbench.inference.predictor import Predictor
from workbench.inference.result import Result
from workbench.inference.statistics import Statistics
from workbench.inference.tiles import Tiles

__all__ = [
    "Evaluation",
    "LayerView",
    "Layers",
    "Predictor",
    "Result",
    "Statistics",
    "Tiles",
    "evaluate",
]
