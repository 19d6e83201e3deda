"""See example: the four ways of resizing, side by side on an image of the person's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from workbench import samples
from workbench.data import Access, ImageFormat
from workbench.data.images.image_format import read_image
from workbench.data.images.visible import visible
from workbench.data.sources.idx import IdxFiles
from workbench.errors import DataError
from workbench.panels.image_fields import MODES
from workbench.panels.settled import Settled
from workbench.panels.view import View, button

if TYPE_CHECKING:
    from workbench.panels.page import Page

_MOST_SIDE = 320
_SAMPLE_DIGITS = 3
Content = bytes | np.ndarray


class Modes(NamedTuple):
    """One image brought to a size in the four ways: uint8 ``(4, height, width, channels)``."""

    pixels: np.ndarray
    original: tuple[int, int]


class Example:
    """A button, and what it shows as long as it is pressed.

    Attributes:
        button, view: where they stand is the form's to say.
    """

    def __init__(self, page: Page, pick: Callable[[str], object]) -> None:
        self.button = button(
            "See example", self._toggle, "wb-see-example",
            tooltip="Show the four ways of resizing on an image of yours",
        )  # fmt: skip
        self.view = View("modes", {"pick": pick}, modes=[])
        self._settled = Settled[Modes](page, self._show)
        self._open = False
        self._image = ImageFormat()
        self._contents: Sequence[Content] = ()

    def offer(self, image: ImageFormat, contents: Sequence[Content]) -> None:
        """Take up another format, or other images to show it on: the sample's without one."""
        self._image, self._contents = image, contents
        self._ask()

    def tick(self) -> None:
        """Begin what is wanted."""
        self._settled.tick()

    def _toggle(self) -> None:
        self._open = not self._open
        self.button.description = "Hide example" if self._open else "See example"
        self._ask()

    def _ask(self) -> None:
        if not self._open:
            self._settled.drop()
            self.view.show(modes=[])
            return
        image, contents = self._image, self._contents
        # What is pressed of the four changes nothing.
        key = (repr(replace(image, resize="squash")), id(contents) if contents else None)
        self._settled.want(key, lambda stale: modes(contents or (sample(),), image))
        self._show()

    def _show(self) -> None:
        result, image = self._settled.result, self._image
        about: dict[str, Any] = {
            "width": image.width,
            "height": image.height,
            "chosen": image.resize,
        }
        if result is None:
            text = self._settled.problem or "Reading an image …"
            self.view.show(modes=[], text=text, **about)
            return
        width, height = result.original
        whose = "Your first image" if self._contents else "A sample"
        self.view.show(
            blob=result.pixels.tobytes(),
            modes=[[label, name] for label, name in MODES],
            text=f"{whose}, {width} × {height} px, as {image.width} × {image.height} px",
            shown=[int(side) for side in result.pixels.shape[1:]],
            **about,
        )


def modes(contents: Sequence[Content], image: ImageFormat) -> Modes:
    """The four modes of the first image that can be read, small enough to be sent.

    Raises:
        DataError: no image can be brought into that format.
    """
    reason = DataError("there is no image")
    for content in contents:
        try:
            return _modes(content, image)
        except DataError as error:
            reason = error
    raise DataError(f"the images cannot be shown like this: {reason}")


def _modes(content: Content, image: ImageFormat) -> Modes:
    factor = min(1.0, _MOST_SIDE / max(image.width, image.height))
    width, height = (max(1, round(side * factor)) for side in (image.width, image.height))
    smaller = replace(image, width=width, height=height)
    made = []
    original = (0, 0)
    for _, mode in MODES:
        pixels, original = read_image(content, replace(smaller, resize=mode))
        made.append(visible(pixels))
    return Modes(np.stack(made), original)


def sample() -> np.ndarray:
    """A few digits side by side: an image that is not square, so that the modes differ."""
    source = IdxFiles(str(Path(samples.__file__).with_name("mnist")))
    names = [f"train-images[{number}]" for number in range(_SAMPLE_DIGITS)]
    digits = source.reader(Access()).read(names)
    return np.concatenate([np.asarray(digit) for digit in digits], axis=1)
