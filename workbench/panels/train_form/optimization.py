"""How the weights are changed: solver, rate over time, and what keeps it steady."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from workbench.panels import fields as f
from workbench.panels.guard import guarded
from workbench.panels.train_form.host import Host
from workbench.panels.train_form.inputs import Inputs
from workbench.panels.train_form.part import Part, said
from workbench.panels.train_form.policy import PolicyFields
from workbench.panels.train_form.rate_finder import RateFinder
from workbench.panels.train_form.schedule import Schedule
from workbench.panels.view import box
from workbench.training.config import TrainConfig
from workbench.training.schedules import describe
from workbench.training.solvers import solvers

_PRECISIONS = [("32 bits", "float32"), ("Mixed", "mixed")]
_WEIGHTS = [("Equal", "none"), ("Balanced", "balanced")]


class Optimization(Part):
    """Solver, schedule and regularization, with the schedule drawn beside them."""

    title = "Optimization"
    names = (
        "solver", "momentum", "weight_decay", "policy", "warm_up", "accumulation", "clip_norm",
        "clip_value", "label_smoothing", "class_weights", "ema", "precision",
    )  # fmt: skip

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.inputs = Inputs()

    def build(self) -> Sequence[widgets.Widget]:
        """Make the fields and the pictures."""
        self._make()
        self.inputs["solver"].on_change(self._on_solver)
        self.policy = PolicyFields(self.host.changed, self.listen)
        self.finder = RateFinder(self.host)
        self.schedule = Schedule()
        fields = self.inputs
        more = f.fold(
            "Clipping, averaging, smoothing, precision",
            box(fields["clip_norm"].root, fields["clip_value"].root, kind="wb-pair"),
            box(fields["label_smoothing"].root, fields["ema"].root, kind="wb-pair"),
            fields["class_weights"].root,
            fields["precision"].root,
        )
        left = box(
            fields["solver"].root,
            box(fields["momentum"].root, fields["weight_decay"].root, kind="wb-pair"),
            self.policy.root,
            box(fields["warm_up"].root, fields["accumulation"].root, kind="wb-pair"),
            more,
        )
        return (box(left, box(self.schedule.view, self.finder.root), kind="wb-sides"),)

    def all_fields(self) -> Sequence[f.Field]:
        """All of them; of the policies those of the chosen one."""
        return [*self.inputs, *self.policy.fields]

    def read(self) -> dict[str, Any]:
        """The values in the fields."""
        return {**self.inputs.read(), "policy": self.policy.policy()}

    def write(self, values: dict[str, Any]) -> None:
        """Fill the fields."""
        self.inputs.write(values)
        self.policy.set(values["policy"])

    def summary(self, config: TrainConfig) -> str:
        """``SGD, momentum 0.9; step, size 33, gamma 0.1``."""
        solver = solvers()[config.solver]
        more = said(
            (config.warm_up > 0, f"warm-up {config.warm_up:g} epochs"),
            (config.accumulation > 1, f"{config.accumulation} batches a step"),
            (config.weight_decay > 0, f"weight decay {config.weight_decay:g}"),
            (config.precision == "mixed", "mixed precision"),
        )
        return "; ".join(filter(None, [solver.title, describe(config.policy), more]))

    def changed(self, config: TrainConfig | None) -> None:
        """Draw the schedule; ask for what the solver uses."""
        super().changed(config)
        if not self.made:
            return
        solver = solvers()[self.inputs["solver"].value]
        self.inputs["momentum"].show(solver.uses_momentum)
        self.inputs["solver"].tell(solver.explanation, "hint")
        if config is not None:
            self.schedule.show(config, self.host.steps_per_epoch(config))
        self.finder.offer(config)

    def tick(self) -> None:
        """Take up what was found in the background."""
        if self.made:
            self.finder.tick()

    def failed(self) -> None:
        """Something begun has failed."""
        if self.made:
            self.finder.failed()

    @property
    def solver(self) -> str:
        """The chosen solver."""
        return self.inputs["solver"].value if self.made else self._held["solver"]

    @guarded
    def _on_solver(self) -> None:
        """Each solver has rates of its own."""
        self.host.propose()

    def _make(self) -> None:
        fields = self.inputs
        named = [(solver.title, name) for name, solver in solvers().items()]
        fields.select("solver", "Solver", named, "The rule that changes weights by gradients.")
        fields.number("momentum", "Momentum", "Share of the last step that is kept, 0–1.")
        fields.number(
            "weight_decay", "Weight decay",
            "Share of each weight taken off a step, times the rate; 0.0001 is usual, 0 is none.",
        )  # fmt: skip
        fields.number(
            "warm_up", "Warm-up, epochs", "Epochs during which the rate rises from nothing."
        )
        fields.number(
            "accumulation", "Batches a step",
            "Batches whose gradients are averaged before the weights change: as a larger batch, "
            "with the memory of a small one.",
            whole=True,
        )  # fmt: skip
        fields.number(
            "clip_norm", "Longest gradient", "Of all weights together; 0 is without limit."
        )
        fields.number(
            "clip_value", "Largest element", "Of each weight's gradient; 0 is without limit."
        )
        fields.number(
            "label_smoothing", "Label smoothing",
            "Share of each target that is spread over all classes; 0.1 is usual, 0 is none.",
        )  # fmt: skip
        fields.number(
            "ema", "Averaged weights",
            "Share kept of the moving average of the weights, which is what is validated and used; "
            "0.999 is usual, 0 is off.",
        )  # fmt: skip
        fields.choice(
            "class_weights", "Class weights", _WEIGHTS,
            "Balanced weighs each class by the inverse of its frequency.",
        )  # fmt: skip
        fields.choice(
            "precision", "Precision", _PRECISIONS,
            "Mixed computes in 16 bits where that is safe; faster on recent GPUs.",
        )  # fmt: skip
