"""Random changes to training images: what they are, and doing them fast."""

from workbench.training.augmentation.config import Augmentation

__all__ = ["Augmentation"]
