"""What the network is: its facts, its layers with shapes and parameters, or what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench import networks
from workbench.data import Dataset
from workbench.networks.loading import load_keras
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.settled import Settled
from workbench.panels.train_form.drawing import Drawing
from workbench.panels.train_form.host import Host
from workbench.panels.train_form.network import NetworkPart
from workbench.panels.train_form.own_code import mistake
from workbench.panels.train_form.standard import network_facts
from workbench.panels.view import View, box, button

if TYPE_CHECKING:
    from workbench.networks.graph import Check, Graph


class Visual:
    """Facts of the network, *Customize* and *Visualize*; both need Keras and work behind.

    Attributes:
        root: what is shown.
    """

    def __init__(self, host: Host, choice: NetworkPart) -> None:
        self.lock, self.error, self._choice, self._host = host.lock, host.error, choice, host
        self._wanted: tuple[str, str, Dataset] | None = None
        self._drawn: tuple[Any, ...] | None = None
        self._graph = Settled["Check"](host.page, self._show)
        self._source = Settled[str](host.page, self._take_source)
        self._facts = View("facts", title="Network", facts=[])
        self._customize = button(
            "Customize", self._on_customize, "wb-customize",
            tooltip="Open the network as code, to change it",
        )  # fmt: skip
        self._visualize = button(
            "Visualize", self._on_visualize, "wb-visualize",
            tooltip="Show the layers with their shapes and parameters",
        )  # fmt: skip
        self._layers = Drawing("layers", text="", title="", layers=[])
        self.root = box(
            self._facts,
            box(self._customize, self._visualize, kind="wb-row"),
            self._layers,
        )

    def offer(self, dataset: Dataset | None, ready: bool) -> None:
        """Take up what the form holds now; ``ready`` where it may be built."""
        name, code = self._choice.name, self._choice.code.code
        own = name == networks.CUSTOM
        self._facts.show(title=networks.title(name), facts=network_facts(name, dataset))
        self._facts.layout.display = self._customize.layout.display = "none" if own else None
        self._wanted = None if dataset is None else (name, code if own else "", dataset)
        self._visualize.disabled = not ready or dataset is None
        # Layers of another network, or marks at lines that have changed, would mislead.
        if self._drawn is not None and self._key() != self._drawn:
            self._drawn = None
            self._graph.drop()
            self._show()
        self._mark()

    def tick(self) -> None:
        """Begin what is wanted."""
        self._graph.tick()
        self._source.tick()

    def failed(self) -> None:
        """What was wanted has failed; its error is shown at the top of the page."""
        self._graph.drop()
        self._source.drop()
        self._customize.disabled = False
        self._show()

    def _key(self) -> tuple[Any, ...]:
        if self._wanted is None:
            return ()
        name, code, dataset = self._wanted
        return name, code, dataset.id

    @guarded
    def _on_customize(self) -> None:
        name = self._choice.name
        self._customize.disabled = True
        self._source.want(name, lambda stale: _source_of(name), at_once=True)

    def _take_source(self) -> None:
        self._customize.disabled = False
        if self._source.result is not None:
            self._choice.customize(self._source.result)

    @guarded
    def _on_visualize(self) -> None:
        if self._wanted is not None:
            self._drawn = self._key()
            self._graph.want(self._drawn, _checking(*self._wanted), at_once=True)
            self._show()

    def _show(self) -> None:
        """Show the layers, or what does not fit; until then that it is being built."""
        name = networks.title(self._choice.name)
        found, busy = self._graph.result, self._graph.busy
        data: dict[str, Any] = {"title": name, "text": "", "layers": [], "wrong": False}
        if busy:
            data["text"] = "Building the network …"
        elif self._graph.problem:
            data.update(text=self._graph.problem, wrong=True)
        elif found is not None and found.graph is None:
            # What is wrong with code stands under it.
            own = self._choice.name == networks.CUSTOM
            data.update(text="" if own else found.error, wrong=True)
        elif found is not None and found.graph is not None:
            data.update(text=_figures(found.graph), layers=_lines(found.graph))
        self._layers.show(**data)
        self._mark()

    def _mark(self) -> None:
        found = self._graph.result
        if found is not None and found.graph is None and self._choice.name == networks.CUSTOM:
            self._choice.code.blame([mistake(found.error, found.line)])
            self._host.judge()


def _source_of(name: str) -> str:
    from workbench.networks.source import source_of_standard

    load_keras()
    return source_of_standard(name)


def _checking(name: str, code: str, dataset: Dataset) -> Callable[..., Check]:
    def work(stale: Callable[[], bool]) -> Check:
        from workbench.networks.graph import check_network

        load_keras()
        return check_network(code or name, dataset.image.shape, len(dataset.labels))

    return work


def _figures(graph: Graph) -> str:
    return (
        f"{len(graph.nodes):,} layers, {graph.parameters:,} parameters, "
        f"{fmt.large(graph.multiply_adds)} multiply-adds an image"
    )


def _lines(graph: Graph) -> list[dict[str, str]]:
    """The layers in order; what does not take the output of the one above says whose it takes."""
    names = {node.id: node.name for node in graph.nodes}
    before: dict[int, list[int]] = {}
    for source, target in graph.edges:
        before.setdefault(target, []).append(source)
    return [
        {
            "name": node.name,
            "kind": node.kind,
            "shape": fmt.shape(tuple(size or 0 for size in node.shape)),
            "parameters": f"{node.parameters:,}" if node.parameters else "",
            "from": ""
            if before.get(node.id, []) in ([], [node.id - 1])
            else ", ".join(names[source] for source in before[node.id]),
        }
        for node in graph.nodes
    ]
