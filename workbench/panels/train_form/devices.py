"""What a run computes on, and what it does when memory runs out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.errors import InvalidValue
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.train_form.part import Part
from workbench.panels.view import box
from workbench.training.config import TrainConfig
from workbench.training.devices import gpus

_KINDS = [("One", ""), ("Number", "count"), ("Which", "gpu:"), ("CPUs", "cpu:")]
_ABOUT = {
    "": "One GPU that is free; the processor where there is none.",
    "count": "So many GPUs, which share each batch.",
    "gpu:": "Those GPUs, which share each batch.",
    "cpu:": "Logical processors, to try out what several GPUs would do.",
}


class Devices(Part):
    """How many GPUs, or which; or logical processors."""

    title = "Devices and memory"
    names = ("devices", "smaller_batch")

    def build(self) -> Sequence[widgets.Widget]:
        """Make the fields."""
        self.kind = f.choice("kind", "Compute on", _KINDS, "")
        self.number = f.text("devices", "GPUs", hint="2", tooltip="How many, or which: 0,3.")
        self.smaller = f.switch(
            "smaller_batch", "Go on with a smaller batch when memory runs out",
            "Halved until it fits, its gradients accumulated: the same gradient, but for batch "
            "normalization (statistics of each part) and dropout (noise of its own for each).",
        )  # fmt: skip
        self.kind.on_change(self._ask)
        return (box(box(self.kind.root, self.number.root, self.smaller.root), kind="wb-sides"),)

    def all_fields(self) -> Sequence[f.Field]:
        """All of them."""
        return [self.kind, self.number, self.smaller]

    def read(self) -> dict[str, Any]:
        """The values in the fields.

        Raises:
            InvalidValue: a number is missing.
        """
        kind, entered = self.kind.value, self.number.entered.replace(" ", "")
        if kind and not entered:
            raise InvalidValue("devices must be given: how many, or which")
        devices = {"": "", "count": entered}.get(kind, f"{kind}{entered}")
        return {"devices": devices, "smaller_batch": self.smaller.value}

    def write(self, values: dict[str, Any]) -> None:
        """Fill the fields."""
        devices, self.smaller.value = values["devices"], values["smaller_batch"]
        kind = devices[:4] if ":" in devices else ("count" if devices else "")
        self.kind.value = kind
        self.number.value = devices.removeprefix(kind) if kind else ""
        self._ask()

    def summary(self, config: TrainConfig) -> str:
        """``one GPU, or the processor``, ``2 GPUs``."""
        if not config.devices:
            return "one GPU, or the processor"
        kind, _, which = config.devices.rpartition(":")
        return {
            "": f"{which} GPUs",
            "gpu": f"GPU {which}",
            "cpu": f"{which} logical processors",
        }[kind]

    def _ask(self) -> None:
        kind = self.kind.value
        self.number.control.description = {
            "gpu:": "Which GPUs, such as 0,3", "cpu:": "Logical processors",
        }.get(kind, "Number of GPUs")  # fmt: skip
        self.number.show(bool(kind))
        self.kind.tell(_ABOUT[kind] if kind in ("", "cpu:") else _seen(), "hint")


def _seen() -> str:
    found = [
        f"{gpu.index}: {gpu.name}, {fmt.size(gpu.memory_total - gpu.memory_used)} free"
        for gpu in gpus()
    ]
    return "; ".join(found) or "There is no GPU on this machine."
