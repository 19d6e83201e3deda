"""The standard networks: which fit the dataset, and what each costs on its images."""

from __future__ import annotations

from typing import Any

from workbench import networks
from workbench.data import Dataset
from workbench.networks import NetworkCard
from workbench.networks.catalogue import search
from workbench.networks.recommend import recommend
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.train_form.cards import Cards
from workbench.panels.train_form.host import Host

_FIRST = "lenet"


class Standard:
    """A card for each network of the catalogue, those that suit the dataset first.

    Attributes:
        network: the field that holds the chosen one.
        root: what is shown.
    """

    def __init__(self, host: Host) -> None:
        self.lock, self.error = host.lock, host.error
        self._reasons: dict[str, str] = {}
        self._size = (0, 0)
        self._words, self._known = "", ""
        self._cards = Cards("Standard networks", _FIRST, self._on_search)
        self.network = f.Field("network", self._cards)
        self.root = self.network.root
        self._list()

    def offer(self, dataset: Dataset | None) -> None:
        """Say what suits a dataset, and what its images cost."""
        if dataset is None or dataset.id == self._known:
            return
        self._known = dataset.id
        image = dataset.image
        self._size = (image.height, image.width)
        found = recommend(
            len(dataset.splits["train"]), image.height, image.width, image.channels,
            len(dataset.labels),
        )  # fmt: skip
        self._reasons = {entry.card.name: entry.reason for entry in found}
        self._list()

    def propose(self) -> None:
        """Choose what suits the dataset best."""
        self.network.value = next(iter(self._reasons), _FIRST)

    def _list(self) -> None:
        found = {card.name: card for card in search(self._words)}
        first = [found[name] for name in self._reasons if name in found]
        others = [card for card in found.values() if card.name not in self._reasons]
        self._cards.options = [self._option(card) for card in (*first, *others)]

    def _option(self, card: NetworkCard) -> dict[str, Any]:
        reason = self._reasons.get(card.name, "")
        small = any(have < least for have, least in zip(self._size, card.smallest, strict=True))
        if self._known and small:
            reason = f"needs images of {card.smallest[1]} × {card.smallest[0]} px or more"
        best = next(iter(self._reasons), None)
        return {
            "name": card.name,
            "title": card.title,
            "badge": "fits best" if card.name == best else "",
            "facts": cost_words(card, self._size if self._known else card.default_input[:2]),
            "reason": reason,
            "about": f"{card.family}, {card.year}. {card.reference}",
        }

    @guarded
    def _on_search(self, words: str) -> None:
        self._words = words
        self._list()


def cost_words(card: NetworkCard, size: tuple[int, int]) -> str:
    """``11.2 M parameters · 148 M multiply-adds``, for images of a height and width."""
    work = card.multiply_adds_at(*size)
    return f"{fmt.large(card.parameters)} parameters · {fmt.large(work)} multiply-adds"


def network_facts(name: str, dataset: Dataset | None) -> list[list[str]]:
    """What the card of a network says; multiply-adds for the images of a dataset."""
    if name == networks.CUSTOM:
        return []
    card = networks.get(name)
    height, width = card.default_input[:2]
    if dataset is not None:
        height, width = dataset.image.height, dataset.image.width
    work = fmt.large(card.multiply_adds_at(height, width))
    return [
        ["Parameters", f"{card.parameters:,} with {card.classes:,} classes"],
        ["Multiply-adds", f"{work} an image of {width} × {height}"],
        [
            "Designed for",
            f"{fmt.shape(card.default_input)}, {card.default_batch_size} a batch, "
            f"which take about {fmt.size(card.memory)}",
        ],
        ["Smallest", f"{card.smallest[1]} × {card.smallest[0]}"],
        ["Source", card.reference],
    ]
