"""Will it fit: how much memory a step takes, and the largest batch there is room for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.data import Dataset
from workbench.errors import NetworkError
from workbench.networks.loading import load_keras
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.settled import Settled
from workbench.panels.train_form.host import Host
from workbench.panels.train_form.own_code import OwnCode, mistake
from workbench.panels.view import View, box, button, note
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    from workbench.training.memory import MemoryEstimate

# What the memory of a step depends on.
_MATTERS = (
    "network", "code", "batch_size", "solver", "momentum", "ema", "precision", "crop", "devices",
    "accumulation",
)  # fmt: skip


class Fit:
    """A sentence that follows what is typed, worked out in the background.

    Attributes:
        root: what is shown.
    """

    def __init__(self, host: Host, code: OwnCode) -> None:
        self._host, self.lock, self.error, self._code = host, host.lock, host.error, code
        self._settled = Settled["MemoryEstimate | NetworkError"](host.page, self._show)
        self._batch = self._most = 0
        self._text: View = note(tone="hint")
        self._text.add_class("wb-fit")
        self._use = button("", self._on_use, "wb-link", "wb-use-batch")
        self._use.layout.display = "none"
        self.root = box(self._text, self._use, kind="wb-part")

    def offer(self, config: TrainConfig | None, dataset: Dataset | None) -> None:
        """Take up another configuration, or that there is none whose network may be built."""
        if config is None or dataset is None:
            self._settled.drop()
        else:
            self._batch, self._most = config.batch_size, len(dataset.splits["train"])
            key = tuple(getattr(config, name) for name in _MATTERS), dataset.id
            self._settled.want(key, _work(config, dataset))
        self._show()

    def tick(self) -> None:
        """Begin what is wanted."""
        self._settled.tick()

    def failed(self) -> None:
        """The estimate has failed; its error is shown at the top of the page."""
        self._settled.drop()
        self._show()

    def _show(self) -> None:
        found, text, tone = self._settled.result, "", "hint"
        if isinstance(found, NetworkError):
            # It stands where the network is.
            self._code.blame([mistake(str(found), found.line)])
            self._host.judge()
            found = None
        if self._settled.busy:
            text = "Estimating the memory it needs …"
        elif found is not None:
            text, tone = _words(found, self._batch, self._most)
        self._text.show(text=text, tone=tone)
        largest = 0 if found is None else min(found.largest_batch, self._most)
        offered = bool(largest) and largest != self._batch
        self._use.layout.display = None if offered else "none"
        self._use.description = f"Use {largest:,} images"

    @guarded
    def _on_use(self) -> None:
        found = self._settled.result
        if found is not None and not isinstance(found, NetworkError):
            self._host.use_batch(min(found.largest_batch, self._most))


def _work(config: TrainConfig, dataset: Dataset) -> Callable[..., MemoryEstimate | NetworkError]:
    def work(stale: Callable[[], bool]) -> MemoryEstimate | NetworkError:
        from workbench.networks.custom import compile_network
        from workbench.training.memory import estimate

        load_keras()
        try:
            build = compile_network(config.code).build if config.code else None
            return estimate(config, dataset.image.shape, len(dataset.labels), build=build)
        except NetworkError as error:
            return error

    return work


def _words(found: MemoryEstimate, batch: int, most: int) -> tuple[str, str]:
    """The sentence, and its tone; ``most`` is how many images there are."""
    where = "on the GPU" if found.gpu else "of memory"
    needs = f"A batch of {batch:,} images takes about {fmt.size(found.total)}"
    of = f"{needs} of the {fmt.size(found.limit)} free {where}"
    if found.fits and found.largest_batch >= most:
        return f"{of}; even all {most:,} images at once fit.", "ok"
    if found.fits:
        return f"{of}; up to {found.largest_batch:,} images fit.", "ok"
    if found.largest_batch:
        return f"{of}: too much. At most {found.largest_batch:,} images fit.", "error"
    return f"{of}: too much, even with one image.", "error"
