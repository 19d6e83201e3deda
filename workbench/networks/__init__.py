"""Networks: recipes ``build(input_shape, outputs) -> keras.Model``, one a file."""

from workbench.networks.card import NetworkCard
from workbench.networks.catalogue import CUSTOM, catalogue, get, search
from workbench.networks.cost import Cost, LayerCost, cost
from workbench.networks.custom import compile_network
from workbench.networks.facts import (
    default_batch_size,
    default_learning_rate,
    default_mean_subtraction,
    smallest,
    title,
)
from workbench.networks.recommend import Recommendation, recommend
from workbench.networks.source import source_of, source_of_standard
from workbench.networks.user_model import Tower, model_property

__all__ = [
    "CUSTOM",
    "Cost",
    "LayerCost",
    "NetworkCard",
    "Recommendation",
    "Tower",
    "catalogue",
    "compile_network",
    "cost",
    "default_batch_size",
    "default_learning_rate",
    "default_mean_subtraction",
    "get",
    "model_property",
    "recommend",
    "search",
    "smallest",
    "source_of",
    "source_of_standard",
    "title",
]
