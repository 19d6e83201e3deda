"""Which layers have died or are about to overflow, from what they answer to some images."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

DEAD, EXPLODING = "dead", "exploding"
# Half of its channels answer nothing whatever is shown: capacity is lost for good.
_DEAD_SHARE = 0.5
# Outputs a thousand times greater than the pixels: layers in good health keep their order.
_EXPLODING = 1000.0


@dataclass(frozen=True)
class Health:
    """A layer's outputs over some images.

    Attributes:
        mean, deviation: of all outputs.
        greatest: the greatest magnitude; infinite where some are no finite numbers.
        channels: how many there are.
        dead: how many of them are 0 for every image, everywhere.
    """

    name: str
    mean: float
    deviation: float
    greatest: float
    channels: int
    dead: int

    def verdict(self, greatest_pixel: float) -> str:
        """``dead``, ``exploding`` or nothing, by the greatest magnitude of the pixels."""
        if self.greatest > _EXPLODING * max(1.0, greatest_pixel):
            return EXPLODING
        return DEAD if self.dead >= _DEAD_SHARE * self.channels else ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON, which knows no infinite numbers."""
        return {
            name: value if not isinstance(value, float) or math.isfinite(value) else None
            for name, value in asdict(self).items()
        }


def findings(layers: Sequence[Health], greatest_pixel: float) -> list[dict[str, Any]]:
    """What is wrong, as an event holds it; empty when all is well."""
    judged = [(layer, layer.verdict(greatest_pixel)) for layer in layers]
    return [layer.to_dict() | {"verdict": verdict} for layer, verdict in judged if verdict]


def sentence(finding: Mapping[str, Any]) -> str:
    """A finding in words, with what to do."""
    name = finding["name"]
    if finding["verdict"] == DEAD:
        return (
            f"{name} is dying: {finding['dead']} of its {finding['channels']} channels answer 0 "
            "to every image; a lower learning rate or another seed helps"
        )
    reach = finding["greatest"]
    how = "are no finite numbers" if reach is None else f"reach {reach:.3g}"
    return f"{name} explodes: its outputs {how}; lower the learning rate or clip the gradients"
