"""What a run starts from: fresh weights, a checkpoint of another run, or weights from a file."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.validation import Configuration, check, check_range, check_whole


@dataclass(frozen=True)
class Start(Configuration):
    """Where the first weights come from, and how gently they are trained.

    The head is what follows the backbone: the layers whose shape depends on the classes. It is
    drawn anew where its shape does not fit what is loaded.

    Attributes:
        run: ``ID`` or ``ID@STEP`` of a run of this home and its checkpoint; the best by default.
        weights: a file: arrays (``.npz``), Keras (``.keras``, ``.weights.h5``), a SavedModel
            folder, or ``imagenet`` for the weights that Keras Applications offers.
        frozen: epochs during which only the head is trained; -1 for all of them.
        stages: over how many further stages, an epoch each, the backbone is unfrozen, from its
            last layers to its first; 1 is all at once.
        backbone_rate: factor of the learning rate for the backbone.
        depth_decay: further factor for each tenth of the backbone's depth below its top.
    """

    run: str = ""
    weights: str = ""
    frozen: float = 0.0
    stages: int = 1
    backbone_rate: float = 1.0
    depth_decay: float = 1.0

    def __post_init__(self) -> None:
        check(isinstance(self.run, str), f"start.run must be an id, got {self.run!r}")
        check(isinstance(self.weights, str), f"start.weights must be a path, got {self.weights!r}")
        check(not (self.run and self.weights), "give start.run or start.weights, not both")
        if self.frozen != -1:
            check_range("start.frozen", self.frozen, 0, 100_000, "epochs")
        check_whole("start.stages", self.stages, 1, 100)
        check_range("start.backbone_rate", self.backbone_rate, 0, 100)
        check_range("start.depth_decay", self.depth_decay, 0.01, 1)

    @property
    def fresh(self) -> bool:
        """Whether the weights are drawn."""
        return not self.run and not self.weights
