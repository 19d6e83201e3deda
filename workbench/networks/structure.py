"""What a network consists of: its layers in order, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def has_graph(operation: Any) -> bool:
    """Whether it is a model whose layers can be seen, not one with a call method of its own."""
    import keras

    return isinstance(operation, keras.Model) and (
        isinstance(operation, keras.Sequential) or hasattr(operation, "operations")
    )


def leaves(model: keras.Model) -> list[keras.Layer]:
    """The layers in order, those of models within it in their place."""
    import keras

    found: list[keras.Layer] = []
    for layer in model.layers:
        found += leaves(layer) if isinstance(layer, keras.Model) else [layer]
    return found


def named_variables(layer: keras.Layer) -> Iterator[tuple[str, int, keras.Variable]]:
    """What a layer has learnt or holds, its own parts' included.

    Yields:
        The name of the part, such as ``conv1`` or ``attention/query``, whatever models it is
        nested in; the variable's place among that part's; the variable.
    """
    for part in layer._flatten_layers():
        within = part.path.removeprefix(layer.path) if part.path else ""
        # Those of parts, and the states of random numbers, are in other lists.
        own = [*part._trainable_variables, *part._non_trainable_variables]
        for place, variable in enumerate(own):
            yield layer.name + within, place, variable


def head_layers(network: keras.Model) -> tuple[str, ...]:
    """The names of the last layers with weights on the way to each output.

    Their shape depends on the classes; everything before them is the backbone.
    """
    found: list[str] = []
    seen: set[int] = set()
    for output in network.outputs:
        _walk_back(output, found, seen)
    return tuple(dict.fromkeys(found))


def _walk_back(tensor: Any, found: list[str], seen: set[int]) -> None:
    import keras

    if id(tensor) in seen:
        return
    seen.add(id(tensor))
    operation, node, place = tensor._keras_history
    if has_graph(operation):
        _walk_back(operation.outputs[place], found, seen)
    elif isinstance(operation, keras.Model):
        found += [layer.name for layer in leaves(operation) if layer.weights]
    elif getattr(operation, "weights", None):
        found.append(operation.name)
    elif not isinstance(operation, keras.layers.InputLayer):
        for before in operation._inbound_nodes[node].input_tensors:
            _walk_back(before, found, seen)
