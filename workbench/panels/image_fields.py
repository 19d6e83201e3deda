"""The fields of an image's format: what the network will see."""

from __future__ import annotations

from functools import partial
from typing import Any

from workbench.data import ImageFormat
from workbench.data.images.resample import RESAMPLES
from workbench.panels import fields as f
from workbench.panels.view import box

MODES = [("Squash", "squash"), ("Crop", "crop"), ("Fill", "fill"), ("Half", "half-crop")]
_OTHER = 0
_DEPTHS = [("8 bits", "uint8"), ("16 bits", "uint16"), ("Floats", "float32")]
_FILLS = [("Noise", "noise"), ("Black", "constant"), ("Edge", "edge"), ("Mean", "mean")]


class ImageFields:
    """The fields of :class:`~workbench.ImageFormat`.

    What the person has not touched follows what the source suggests.
    """

    def __init__(self) -> None:
        self._touched: set[f.Field] = set()
        self._filling = False
        self._make()
        self.suggested = (self.channels, self.other, self.width, self.height, self.dtype)
        self.fields = [
            *self.suggested, self.resize, self.fill, self.resample, self.background,
        ]  # fmt: skip
        for field in self.suggested:
            field.on_change(partial(self._touch, field))
        self.changed()

    def _make(self) -> None:
        self.channels = f.choice(
            "colour", "Colour", [("Grey", 1), ("RGB", 3), ("Other", _OTHER)], 3,
            "Grey has one channel, RGB three; other numbers are kept as the files have them.",
        )  # fmt: skip
        self.other = f.number("channels", "Channels", 4, tooltip="1–64, as many as the files have.")
        self.width = f.number("width", "Width, px", 256, tooltip="1–8192 pixels.")
        self.height = f.number("height", "Height, px", 256, tooltip="1–8192 pixels.")
        self.resize = f.choice(
            "resize", "Resize", MODES, "squash",
            "Squash ignores the aspect; crop cuts the longer side; fill pads the shorter one; "
            "half goes half way.",
        )  # fmt: skip
        self.dtype = f.choice(
            "dtype", "Depth", _DEPTHS, "uint8", "What a value of a pixel can hold.",
            also=("depth",),
        )  # fmt: skip
        self.fill = f.choice(
            "fill", "Padding", _FILLS, "noise",
            "What surrounds an image that fills the size in one direction only.",
        )  # fmt: skip
        self.resample = f.select(
            "resample", "Resampling", [(name.capitalize(), name) for name in RESAMPLES],
            "How pixels are made of others. Nearest keeps values as they are.",
        )  # fmt: skip
        self.resample.value = "bilinear"
        self.background = f.text(
            "background", "Background of transparent images", "white",
            tooltip="A colour by name, or as #202020.",
        )  # fmt: skip
        self.size = box(self.width.root, self.height.root, kind="wb-pair")
        self.more = f.fold(
            "Depth, padding, resampling, background",
            self.dtype.root,
            self.fill.root,
            self.resample.root,
            self.background.root,
        )

    def format(self) -> ImageFormat:
        """The format that the fields hold.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        channels = self.channels.value
        return ImageFormat(
            width=f.number_or(self.width, 0, whole=True),
            height=f.number_or(self.height, 0, whole=True),
            channels=f.number_or(self.other, 0, whole=True) if channels == _OTHER else channels,
            resize=self.resize.value,
            fill=self.fill.value,
            dtype=self.dtype.value,
            resample=self.resample.value,
            background=self.background.entered,
        )

    def set(self, image: ImageFormat) -> None:
        """Fill every field; from now on they are the person's."""
        self._touched.clear()
        self.suggest(image)
        self._touched.update(self.suggested)
        self.resize.value, self.fill.value = image.resize, image.fill
        self.resample.value, self.background.value = image.resample, image.background

    def suggest(self, image: ImageFormat) -> None:
        """Fill size, colour and depth as far as nobody has touched them."""
        plain = image.channels in (1, 3)
        values: dict[f.Field, Any] = {
            self.channels: image.channels if plain else _OTHER,
            self.width: str(image.width),
            self.height: str(image.height),
            self.dtype: image.dtype,
        }
        if not plain:
            values[self.other] = str(image.channels)
        self._filling = True
        try:
            for field, value in values.items():
                if field not in self._touched:
                    field.value = value
        finally:
            self._filling = False

    def changed(self) -> None:
        """The number of channels is asked for where it is neither of the usual ones."""
        self.other.show(self.channels.value == _OTHER)

    def _touch(self, field: f.Field) -> None:
        if not self._filling:
            self._touched.add(field)
