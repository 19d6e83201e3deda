"""What is done to images before they are learnt from, with nine variants of one's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.panels import fields as f
from workbench.panels.augmentation_preview import AugmentationPreview, preview_images
from workbench.panels.train_form.host import Host
from workbench.panels.train_form.inputs import Inputs
from workbench.panels.train_form.part import Part, said
from workbench.panels.view import box
from workbench.training.augmentation import Augmentation
from workbench.training.config import TrainConfig

_FLIPS = [
    ("None", "none"), ("Left and right", "horizontal"), ("Upside down", "vertical"),
    ("Both", "both"),
]  # fmt: skip
_TURNS = [("None", "none"), ("90°", "90"), ("180°", "180"), ("All", "all")]
_MEANS = [("Image", "image"), ("Pixel", "pixel"), ("None", "none")]
_PREFIX = "augmentation."
_WORDS = {
    "quarter_turns": "quarter turns", "rand_augment": "RandAugment", "mixup": "Mixup",
    "cutmix": "CutMix",
}  # fmt: skip


class AugmentationPart(Part):
    """Mean, crop and every random change, with a preview that follows the sliders."""

    title = "Data and augmentation"
    names = ("augmentation", "mean_subtraction", "crop")

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.plain, self.random = Inputs(), Inputs(_PREFIX)

    def build(self) -> Sequence[widgets.Widget]:
        """Make the fields and the preview."""
        self._make()
        plain, random = self.plain, self.random
        self.preview, self._shown = AugmentationPreview(self.host.page), ""
        place = f.fold(
            "Shift, noise, brightness, colour",
            *(
                random[name].root
                for name in ("shift", "noise", "brightness", "hue", "saturation", "value")
            ),
        )
        mixing = f.fold(
            "RandAugment, Mixup, CutMix, erasing",
            *(
                random[name].root
                for name in ("rand_augment", "magnitude", "mixup", "cutmix", "erasing")
            ),
        )
        first = ("flip", "quarter_turns", "rotation", "rescale", "contrast")
        left = box(
            plain["mean_subtraction"].root,
            plain["crop"].root,
            *(random[name].root for name in first),
            place,
            mixing,
            random["whitening"].root,
        )
        return (box(left, self.preview, kind="wb-sides"),)

    @property
    def mean(self) -> str:
        """Which mean is subtracted."""
        return self.plain["mean_subtraction"].value if self.made else self._held["mean_subtraction"]

    @mean.setter
    def mean(self, kind: str) -> None:
        if self.made:
            self.plain["mean_subtraction"].value = kind
        self._held["mean_subtraction"] = kind

    def all_fields(self) -> Sequence[f.Field]:
        """All of them."""
        return [*self.plain, *self.random]

    def read(self) -> dict[str, Any]:
        """The values in the fields."""
        return {**self.plain.read(), "augmentation": Augmentation(**self.random.read())}

    def write(self, values: dict[str, Any]) -> None:
        """Fill the fields."""
        self.plain.write(values)
        self.random.write(vars(values["augmentation"]))

    def summary(self, config: TrainConfig) -> str:
        """``mean image subtracted, no random changes``."""
        mean, changes = config.mean_subtraction, self._changes(config.augmentation)
        return said(
            (True, "no mean subtracted" if mean == "none" else f"mean {mean} subtracted"),
            (config.crop > 0, f"crop {config.crop} px"),
            (True, changes or "no random changes"),
        )

    def changed(self, config: TrainConfig | None) -> None:
        """Show other variants."""
        super().changed(config)
        if self.made:
            self.random["magnitude"].show(self.random["rand_augment"].entered not in ("", "0"))
            self._offer(config)

    def _offer(self, config: TrainConfig | None) -> None:
        dataset = self.host.data
        if config is None or dataset is None:
            return
        if dataset.id != self._shown:
            self._shown = dataset.id
            self._images, self._range = preview_images(dataset)
        self.preview.show(self._images, config.augmentation, config.crop, self._range)

    def _changes(self, augmentation: Augmentation) -> str:
        words = []
        for field in dataclasses.fields(augmentation):
            value = getattr(augmentation, field.name)
            if value == field.default or field.name == "magnitude":
                continue
            shown = "" if value is True else f" {value if isinstance(value, str) else f'{value:g}'}"
            words.append(f"{_WORDS.get(field.name, field.name)}{shown}")
        return ", ".join(words)

    def _make(self) -> None:
        self.plain.choice(
            "mean_subtraction", "Subtract mean", _MEANS,
            "What is taken from each image: the mean picture, the mean colour, or nothing.",
        )  # fmt: skip
        self.plain.number(
            "crop", "Crop, px",
            "Side of the square cut out of each image, at random in training and from the middle "
            "else; 0 is none.",
            whole=True,
        )  # fmt: skip
        fields = self.random
        fields.select("flip", "Flip", _FLIPS, "Which mirror images occur.")
        fields.choice("quarter_turns", "Quarter turns", _TURNS, "Which turns occur.")
        fields.slider(
            "rotation", "Rotation, degrees", 50, "Standard deviation of the angle; 0 is off."
        )
        fields.slider("rescale", "Scale", 0.5, "Standard deviation; 0.1 is ten percent.")
        fields.slider("contrast", "Contrast", 1, "Standard deviation of its factor.")
        fields.slider("shift", "Shift", 0.5, "Standard deviation, as a share of the side.")
        fields.slider("noise", "Noise", 0.5, "Standard deviation, as a share of the data's range.")
        fields.slider("brightness", "Brightness", 1, "Standard deviation, as a share of the range.")
        fields.slider("hue", "Hue", 0.5, "Standard deviation in turns of the colour circle.")
        fields.slider("saturation", "Saturation", 1, "Standard deviation of its factor.")
        fields.slider("value", "Value", 1, "Standard deviation of the factor of brightness.")
        fields.slider(
            "rand_augment", "RandAugment, operations", 5, "How many are applied to an image.", True
        )
        fields.slider("magnitude", "Their strength, 0–10", 10, "How strong they are.")
        fields.slider("mixup", "Mixup, alpha", 1, "Images are blended in pairs; 0 is off.")
        fields.slider("cutmix", "CutMix, alpha", 1, "A patch of another image; 0 is off.")
        fields.slider("erasing", "Erasing, probability", 1, "That a rectangle is erased.")
        fields.switch(
            "whitening", "Whiten each image",
            "Mean 0 and deviation 1, also of images that are classified later.",
        )  # fmt: skip
