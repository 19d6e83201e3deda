"""The network and its first weights: standard, previous, from a file, or one's own code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workbench import networks
from workbench.errors import InvalidValue
from workbench.networks.facts import title
from workbench.panels import fields as f
from workbench.panels.guard import guarded
from workbench.panels.train_form.fine_tuning import FineTuning
from workbench.panels.train_form.host import Host
from workbench.panels.train_form.own_code import OwnCode
from workbench.panels.train_form.previous import Previous
from workbench.panels.train_form.standard import Standard
from workbench.panels.view import View, box, button
from workbench.training.config import TrainConfig
from workbench.training.start import Start

_TABS = [
    ["Standard", "standard"], ["Previous", "previous"], ["From file", "file"],
    ["Custom", "custom"],
]  # fmt: skip
_ENDINGS = (".npz", ".keras", ".h5")


class NetworkPart:
    """Which network, and where its weights come from; each tab is made when first chosen.

    Attributes:
        root: what is shown of the choice.
        code: the editor, shown where there is room for it.
        tab: the key of the tab in sight.
    """

    def __init__(self, host: Host, chosen: Callable[[], object]) -> None:
        self._host, self.lock, self.error, self._chosen = host, host.lock, host.error, chosen
        self.tab = "standard"
        self._tabs = View(
            "kinds", {"choose": self._on_tab}, kinds=_TABS, active=self.tab, label="Network"
        )
        self.standard = Standard(host)
        self.code = OwnCode(host)
        self.fine = FineTuning(host)
        self._previous: Previous | None = None
        self._place = box(kind="wb-part")
        self.root = box(self._tabs, self._place, kind="wb-part")
        self.root.add_class("wb-network-choice")
        self._make_weights()
        self.standard.network.on_change(chosen)
        self._show()

    @property
    def fields(self) -> Sequence[f.Field]:
        """The fields in sight."""
        if self.tab == "standard":
            return [self.standard.network]
        if self.tab == "custom":
            return []
        own = self._previous.fields if self._previous and self.tab == "previous" else [self.weights]
        return [*own, self.recipe, *self.fine.fields]

    @property
    def name(self) -> str:
        """The network's word in the catalogue, or ``custom``."""
        if self.tab == "custom":
            return networks.CUSTOM
        return str(self.standard.network.value if self.tab == "standard" else self.recipe.value)

    def values(self) -> dict[str, Any]:
        """Network, code and start.

        Raises:
            InvalidValue: a field is wrong.
        """
        own = self.name == networks.CUSTOM
        return {
            "network": self.name,
            "code": self.code.code if own else "",
            "start": Start(**self._source(), **self.fine.values()),
        }

    def fill(self, config: TrainConfig) -> None:
        """Hold network, code and start of a configuration."""
        start = config.start
        self.fine.fill(start)
        if config.network == networks.CUSTOM:
            self.code.set(config.code)
        else:
            self.standard.network.value = config.network
        self.recipe.value = config.network
        self.weights.value = start.weights
        self.tab = _tab_of(config)
        self._show()
        if start.run:
            self._made_previous().set(start.run)

    def customize(self, code: str) -> None:
        """Open code in the editor, in place of the network it is of."""
        self.code.write(code)
        if self.tab == "standard":
            self.tab = "custom"
        else:
            self.recipe.value = networks.CUSTOM
        self._show()
        self._chosen()

    def _source(self) -> dict[str, Any]:
        if self.tab == "previous":
            return {"run": self._made_previous().start}
        if self.tab == "file":
            if not self.weights.entered:
                raise InvalidValue("start.weights must be a file with weights, or imagenet")
            return {"weights": self.weights.entered}
        return {}

    def _make_weights(self) -> None:
        named = [(card.title, card.name) for card in networks.catalogue().values()]
        self.recipe = f.select(
            "network", "Network", [*named, (title(networks.CUSTOM), networks.CUSTOM)],
            "What the weights are put into; what does not fit is drawn anew.",
        )  # fmt: skip
        self.weights = f.path(
            "start.weights", "Weights", hint="/models/weights.npz", endings=_ENDINGS,
            tooltip="Arrays (.npz), Keras (.keras, .weights.h5) or a SavedModel folder; nothing in "
            "them is executed.",
        )  # fmt: skip
        self._imagenet = button(
            "Use ImageNet weights", self._on_imagenet, "wb-link",
            tooltip="Those that Keras Applications offers; they are fetched once.",
        )  # fmt: skip
        self._of_file = box(self.weights.root, self._imagenet, kind="wb-part")
        self._of_run = box(kind="wb-part")
        self._shared = box(self.recipe.root, self.fine.root, kind="wb-part")
        for field in (self.weights, self.recipe):
            field.on_change(self._host.changed)
            field.on_enter(self._host.enter)
        self.recipe.on_change(self._on_recipe)
        self._place.children = (self.standard.root, self._of_run, self._of_file, self._shared)

    def _made_previous(self) -> Previous:
        if self._previous is None:
            self._previous = Previous(self._host)
            self._of_run.children = (self._previous.root,)
            self._previous.run.on_change(self._on_run)
            for field in self._previous.fields:
                field.on_change(self._host.changed)
        return self._previous

    def _show(self) -> None:
        self._tabs.show(kinds=_TABS, active=self.tab, label="Network")
        parts = {"standard": self.standard.root, "previous": self._of_run, "file": self._of_file}
        for tab, part in parts.items():
            part.layout.display = None if tab == self.tab else "none"
        weighty = self.tab in ("previous", "file")
        self._shared.layout.display = None if weighty else "none"
        self.fine.show(weighty)
        self.code.show(self.name == networks.CUSTOM)

    @guarded
    def _on_tab(self, kind: str) -> None:
        if kind == self.tab or kind not in [key for _, key in _TABS]:
            return
        self.tab = kind
        if kind == "previous" and self._previous is None:
            self._made_previous()
            self._take_network()
        self._show()
        self._chosen()

    @guarded
    def _on_run(self) -> None:
        self._take_network()
        self._show()

    @guarded
    def _on_recipe(self) -> None:
        self._show()
        self._chosen()

    @guarded
    def _on_imagenet(self) -> None:
        self.weights.value = "imagenet"

    def _take_network(self) -> None:
        """A run's weights fit its own network best."""
        config = self._made_previous().config()
        if config is None:
            return
        if config.network == networks.CUSTOM:
            self.code.set(config.code)
        self.recipe.value = config.network


def _tab_of(config: TrainConfig) -> str:
    if config.start.run:
        return "previous"
    if config.start.weights:
        return "file"
    return "custom" if config.network == networks.CUSTOM else "standard"
