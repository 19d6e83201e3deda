"""Weights from files: arrays by name, of which nothing is executed.

A file of a model is opened for its numbers alone: no graph is rebuilt from it, no layer named in
it is looked up, no pickle is read.
"""

from workbench.networks.pretrained.opening import open_weights
from workbench.networks.pretrained.stored import Stored, Weights

__all__ = ["Stored", "Weights", "open_weights"]
