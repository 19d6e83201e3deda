"""How gently weights that come from elsewhere are trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.panels import fields as f
from workbench.panels.train_form.host import Host
from workbench.panels.train_form.inputs import Inputs
from workbench.panels.view import box
from workbench.training.start import Start


class FineTuning:
    """Frozen epochs, stages and rates of the backbone; made when first asked for.

    Attributes:
        root: what is shown.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.inputs = Inputs("start.")
        self.made = False
        self._held: dict[str, Any] = {}
        self.root = box(kind="wb-part")

    @property
    def fields(self) -> list[f.Field]:
        """The fields there are by now."""
        return list(self.inputs)

    def fill(self, start: Start) -> None:
        """Hold the values of a start."""
        self._held = {
            "frozen": start.frozen,
            "stages": start.stages,
            "backbone_rate": start.backbone_rate,
            "depth_decay": start.depth_decay,
        }
        if self.made:
            self.inputs.write(self._held)

    def values(self) -> dict[str, Any]:
        """The values it holds, by name.

        Raises:
            InvalidValue: a field is empty.
        """
        return self.inputs.read() if self.made else self._held

    def show(self, visible: bool) -> None:
        """Show or hide the fields."""
        if visible and not self.made:
            self.root.children = tuple(self._build())
            self.made = True
            self.inputs.write(self._held)
            self.inputs.listen(self._host.changed, self._host.enter)
        self.root.layout.display = None if visible else "none"

    def _build(self) -> Sequence[widgets.Widget]:
        fields = self.inputs
        fields.number(
            "frozen", "Head alone, epochs",
            "Epochs during which only the last layer is trained; -1 for all of them.",
        )  # fmt: skip
        fields.number(
            "stages", "Then unfreeze in, stages",
            "Over how many epochs the rest is set free, the last layers first; 1 is all at once.",
            whole=True,
        )  # fmt: skip
        fields.number(
            "backbone_rate", "Rate of the rest, factor",
            "Of the learning rate, for all but the last layer; 0.1 is usual.",
        )  # fmt: skip
        fields.number(
            "depth_decay", "Per tenth of depth, factor",
            "Further factor for each tenth of the depth below the top; 1 is none.",
        )  # fmt: skip
        pairs = (("frozen", "stages"), ("backbone_rate", "depth_decay"))
        return [box(*(fields[name].root for name in pair), kind="wb-pair") for pair in pairs]
