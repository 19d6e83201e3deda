"""The variables of a SavedModel; its graph is neither loaded nor run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import DataError
from workbench.networks.pretrained.damage import blamed
from workbench.networks.pretrained.stored import Stored, Weights

_OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VARIABLE = "/.ATTRIBUTES/VARIABLE_VALUE"
# What an optimizer kept for a variable has the variable's name.
_SLOT = ".OPTIMIZER_SLOT"


@contextmanager
def opened_saved_model(path: Path) -> Iterator[Weights]:
    """Open the variables in the folder of a SavedModel.

    Raises:
        DataError: the folder holds none, or they are damaged.
    """
    import tensorflow as tf

    if not (path / "variables" / "variables.index").is_file():
        raise DataError(f"{path} is no folder of a SavedModel: it has no variables")
    with blamed(f"the variables of {path} are damaged"):
        reader = tf.train.load_checkpoint(str(path / "variables" / "variables"))
        shapes, names = reader.get_variable_to_shape_map(), _names(reader)
    weights: Weights = {}
    for key in sorted(shapes):
        if key != _OBJECTS and _SLOT not in key:
            name = names.get(key, key.removesuffix(_VARIABLE)).removesuffix(":0")
            weights.setdefault(name, Stored(tuple(shapes[key]), partial(_read, reader, key, path)))
    yield weights


def _names(reader: Any) -> dict[str, str]:
    """The names that variables had, by the keys under which they lie.

    Source: tensorflow/core/protobuf/trackable_object_graph.proto.
    """
    from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

    if not reader.has_tensor(_OBJECTS):
        return {}  # TensorFlow 1: the keys are the names
    graph = TrackableObjectGraph.FromString(reader.get_tensor(_OBJECTS))
    return {
        attribute.checkpoint_key: attribute.full_name
        for node in graph.nodes
        for attribute in node.attributes
        if attribute.full_name
    }


def _read(reader: Any, key: str, path: Path) -> Any:
    with blamed(f"{key} in {path} cannot be read"):
        return reader.get_tensor(key)
