"""A network as a drawing: which layer gives what to which, and what does not fit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import NetworkError
from workbench.networks.building import unfilled
from workbench.networks.catalogue import catalogue
from workbench.networks.cost import layer_cost
from workbench.networks.custom import compile_network
from workbench.networks.structure import has_graph

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Node:
    """One use of one layer.

    Attributes:
        id: its place among the nodes.
        kind: the class of the layer, such as ``Conv2D``.
        shape: of its first output, without the batch axis.
        parameters: how many numbers it holds; nothing where the layer is used again.
        multiply_adds: multiplications, each with its addition, an image.
    """

    id: int
    name: str
    kind: str
    shape: tuple[int | None, ...]
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Graph:
    """Nodes in an order of computation, and edges as pairs of their ids."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]

    @property
    def parameters(self) -> int:
        """All numbers that the network holds."""
        return sum(node.parameters for node in self.nodes)

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition, that one image takes forwards."""
        return sum(node.multiply_adds for node in self.nodes)

    def to_dict(self) -> dict[str, Any]:
        """The graph as JSON values."""
        return asdict(self) | {"parameters": self.parameters, "multiply_adds": self.multiply_adds}


@dataclass(frozen=True)
class Check:
    """What building a network for some images came to: a graph, or what does not fit.

    Attributes:
        line: of the code, from 1; None where no line is to blame.
    """

    graph: Graph | None
    error: str = ""
    line: int | None = None


def graph(model: keras.Model) -> Graph:
    """Draw a built model; models within it are drawn layer by layer."""
    drawing = _Drawing()
    drawing.add(model, [])
    return Graph(tuple(drawing.nodes), tuple(dict.fromkeys(drawing.edges)))


def check_network(network: str, input_shape: tuple[int, int, int], outputs: int) -> Check:
    """Build a network for images ``(height, width, channels)`` and see whether it fits.

    Args:
        network: a name in the catalogue, or the text of a network: that is executed, so whoever
            calls this has made sure that a person wants it.
    """
    card = catalogue().get(network)
    if card and (input_shape[0] < card.smallest[0] or input_shape[1] < card.smallest[1]):
        return Check(
            None,
            f"{card.title} needs images of {card.smallest[1]}×{card.smallest[0]} pixels or more, "
            f"these have {input_shape[1]}×{input_shape[0]}",
        )

    def drawn() -> Graph:
        build = card.build if card else compile_network(network).build
        return graph(build(input_shape, outputs))

    try:
        return Check(unfilled(drawn))
    except NetworkError as error:
        return Check(None, str(error), error.line)


class _Drawing:
    """Nodes and edges found so far."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.edges: list[tuple[int, int]] = []
        self._counted: set[int] = set()

    def add(self, model: keras.Model, sources: list[int]) -> list[int]:
        """Draw a model whose inputs the nodes ``sources`` make; the nodes of its outputs.

        A model that is not within another makes its inputs itself.
        """
        import keras

        # A Sequential keeps its graph within.
        inner = getattr(model, "_functional", None) or model
        given = dict(zip(map(id, inner.inputs), sources, strict=bool(sources)))
        made: dict[int, int] = {}
        for depth in sorted(inner._nodes_by_depth, reverse=True):
            for node in inner._nodes_by_depth[depth]:
                before = [made[id(tensor)] for tensor in node.input_tensors]
                if isinstance(node.operation, keras.layers.InputLayer) and given:
                    after = [given[id(tensor)] for tensor in node.outputs]
                elif has_graph(node.operation):
                    after = self.add(node.operation, before)
                else:
                    after = [self._draw(node, before)] * len(node.outputs)
                made.update(zip(map(id, node.outputs), after, strict=True))
        return [made[id(tensor)] for tensor in inner.outputs]

    def _draw(self, node: Any, before: list[int]) -> int:
        number = len(self.nodes)
        if before:
            cost = layer_cost(node.operation, node, self._counted)
            facts = cost.kind, cost.output_shape, cost.parameters, cost.multiply_adds
        else:
            facts = "Input", tuple(node.outputs[0].shape[1:]), 0, 0
        self.nodes.append(Node(number, node.operation.name, *facts))
        self.edges += [(source, number) for source in before]
        return number
