"""Which random changes are made to training images."""

from __future__ import annotations

from dataclasses import dataclass, fields

from workbench.validation import Configuration, check, check_choice, check_range, check_whole

FLIPS = ("none", "horizontal", "vertical", "both")
QUARTER_TURNS = ("none", "90", "180", "all")


@dataclass(frozen=True)
class Augmentation(Configuration):
    """Random changes to training images, never to others; everything is off by default.

    Deviations are standard deviations of what is drawn for each image.

    Attributes:
        flip: which mirror images occur: ``none``, ``horizontal``, ``vertical`` or ``both``.
        quarter_turns: which turns occur: ``none``, ``90`` (either way), ``180`` or ``all``.
        rotation: deviation of the rotation, degrees.
        rescale: deviation of the scale, 0.1 is ten percent.
        shift: deviation of the shift, share of the side.
        noise: deviation of noise added to each pixel, share of the range of the data.
        contrast: deviation of the factor of contrast, about the image's mean.
        brightness: deviation of the brightness added, share of the range of the data.
        whitening: make each image's mean 0 and its deviation 1; a transform rather than chance,
            so it is applied to every image, also when predicting.
        hue, saturation, value: deviations of the shift of hue (turns), and of the factors of
            saturation and value; of images with three channels only.
        rand_augment: how many operations of RandAugment are applied to an image (Cubuk et al.,
            2020).
        magnitude: their strength, 0–10.
        mixup: alpha of Mixup (Zhang et al., 2018); 0 is off.
        cutmix: alpha of CutMix (Yun et al., 2019); 0 is off.
        erasing: probability that a rectangle is erased (Zhong et al., 2020).
    """

    flip: str = "none"
    quarter_turns: str = "none"
    rotation: float = 0.0
    rescale: float = 0.0
    shift: float = 0.0
    noise: float = 0.0
    contrast: float = 0.0
    brightness: float = 0.0
    whitening: bool = False
    hue: float = 0.0
    saturation: float = 0.0
    value: float = 0.0
    rand_augment: int = 0
    magnitude: float = 5.0
    mixup: float = 0.0
    cutmix: float = 0.0
    erasing: float = 0.0

    def __post_init__(self) -> None:
        check_choice("augmentation.flip", self.flip, FLIPS)
        check_choice("augmentation.quarter_turns", self.quarter_turns, QUARTER_TURNS)
        check_range("augmentation.rotation", self.rotation, 0, 180, "degrees")
        check_range("augmentation.rescale", self.rescale, 0, 0.9)
        check_range("augmentation.shift", self.shift, 0, 0.5)
        for name in ("noise", "contrast", "brightness", "hue", "saturation", "value"):
            check_range(f"augmentation.{name}", getattr(self, name), 0, 1)
        check(isinstance(self.whitening, bool), "augmentation.whitening must be true or false")
        check_whole("augmentation.rand_augment", self.rand_augment, 0, 10)
        check_range("augmentation.magnitude", self.magnitude, 0, 10)
        check_range("augmentation.mixup", self.mixup, 0, 10)
        check_range("augmentation.cutmix", self.cutmix, 0, 10)
        check_range("augmentation.erasing", self.erasing, 0, 1)

    @property
    def active(self) -> bool:
        """Whether chance changes anything."""
        quiet = ("whitening", "magnitude")
        return any(
            getattr(self, field.name) != field.default
            for field in fields(self)
            if field.name not in quiet
        )
