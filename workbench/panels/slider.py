"""A number with a slider beside it."""

from __future__ import annotations

import anywidget
import traitlets

from workbench.panels.scripts import script

_STEPS = 100


class Slider(anywidget.AnyWidget):
    """A number as text, typed or dragged; changes come while it is dragged.

    Attributes:
        value: the text.
        description: what stands over it.
        high: where the slider ends; a greater number can be typed.
        step: what one step of the slider is.
    """

    _esm = script("slider.js")
    value = traitlets.Unicode("0").tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    high = traitlets.Float(1.0).tag(sync=True)
    step = traitlets.Float(0.01).tag(sync=True)

    def __init__(self, description: str, high: float, whole: bool = False) -> None:
        step = 1.0 if whole else high / _STEPS
        super().__init__(description=description, high=high, step=step)
        self.add_class("wb-slider")
