"""The form for a new run: holds a configuration and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench import networks
from workbench.api import as_code
from workbench.api.homes import default_runner
from workbench.api.train import start_run
from workbench.data import Dataset
from workbench.errors import InvalidValue, WorkbenchError
from workbench.jobs import Job
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import clear_error, guarded
from workbench.panels.view import View, box, button, note
from workbench.training.config import TrainConfig
from workbench.training.schedules import Fixed, Policy, Step

if TYPE_CHECKING:
    from workbench.panels.train import TrainPage

_RUNNERS = [("This kernel", "kernel"), ("Its own process", "process")]


class TrainForm:
    """Fields on the left, what they lead to on the right."""

    def __init__(
        self, page: TrainPage, dataset: str | None = None, config: TrainConfig | None = None
    ) -> None:
        self.page, self.lock, self.error = page, page.lock, page.error
        self._make_fields(dataset)
        self._start = button("Train", self._on_start, "wb-primary", "wb-train-start")
        self._about_data = View("facts", title="Dataset", facts=[])
        self._about_network = View("facts", title="Network", facts=[])
        self._code = View("code", code="")
        self._empty = note()
        self.widgets = (View("title", text="New run"), self._empty, self._layout())
        if config is not None:
            self.set(config)
        for field in self._fields:
            field.on_change(self._on_change)
            field.on_enter(self._on_enter)
        self.network.on_change(self._propose_batch)
        self._on_change()

    def set(self, config: TrainConfig) -> None:
        """Fill the form from a configuration."""
        if config.dataset in self._datasets:
            self.dataset.value = config.dataset
        self.network.value = config.network
        self.epochs.value, self.batch_size.value = str(config.epochs), str(config.batch_size)
        self.learning_rate.value = f"{config.learning_rate:g}"
        self.momentum.value = f"{config.momentum:g}"
        self.policy.value = "fixed" if isinstance(config.policy, Fixed) else "step"
        if isinstance(config.policy, Step):
            self.size.value, self.gamma.value = (
                f"{config.policy.size:g}",
                f"{config.policy.gamma:g}",
            )
        self.snapshot.value = f"{config.snapshot_interval:g}"
        self.validation.value = f"{config.validation_interval:g}"
        self.mean.value = config.mean_subtraction
        self.seed.value = "" if config.seed is None else str(config.seed)

    def config(self) -> TrainConfig:
        """The configuration the form holds.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        if not self.dataset.value:
            raise InvalidValue("dataset must be chosen; make one first")
        return TrainConfig(
            dataset=self.dataset.value,
            network=self.network.value,
            epochs=_needed(self.epochs, whole=True),
            batch_size=_needed(self.batch_size, whole=True),
            learning_rate=_needed(self.learning_rate),
            momentum=_needed(self.momentum),
            policy=self._policy(),
            seed=f.as_number(self.seed, whole=True),
            snapshot_interval=_needed(self.snapshot),
            validation_interval=_needed(self.validation),
            mean_subtraction=self.mean.value,
            task=self._datasets[self.dataset.value],
        )

    def _policy(self) -> Policy:
        if self.policy.value == "fixed":
            return Fixed()
        return Step(size=_needed(self.size), gamma=_needed(self.gamma))

    def _make_fields(self, dataset: str | None) -> None:
        found = [s for s in self.page.home.summaries("dataset") if s.status == "done"]
        self._datasets = {s.id: s.config.get("task", "classification") for s in found}
        named = [(s.name, s.id) for s in found]
        self.dataset = f.select("dataset", "Dataset", named, "What the network learns from.")
        if dataset in self._datasets:
            self.dataset.value = dataset
        cards = networks.catalogue().values()
        self.network = f.select(
            "network", "Network", [(card.title, card.name) for card in cards],
            "A recipe; its input and its output are fitted to the dataset.",
        )  # fmt: skip
        defaults = TrainConfig(dataset="")
        self.epochs = f.number(
            "epochs",
            "Epochs",
            defaults.epochs,
            tooltip="Passes over the training images, 1 or more.",
        )
        self.batch_size = f.number(
            "batch_size",
            "Batch size, images",
            tooltip="Images a step, 1–65,536; more need more memory.",
        )
        self.learning_rate = f.number(
            "learning_rate", "Learning rate", defaults.learning_rate,
            tooltip="How far each step goes. Lower it when the loss jumps.",
        )  # fmt: skip
        self.momentum = f.number(
            "momentum", "Momentum", defaults.momentum, tooltip="Share of the last step kept, 0–1."
        )
        self.policy = f.choice(
            "policy", "Rate over time", [("Step down", "step"), ("Fixed", "fixed")], "step",
            "Step down multiplies the rate by a factor each time a share of training is done.",
        )  # fmt: skip
        self.size = f.number(
            "policy.size", "Step, % of training", Step().size,
            tooltip="After each such share of training the rate is multiplied.",
        )  # fmt: skip
        self.gamma = f.number(
            "policy.gamma", "Factor at each step", Step().gamma,
            tooltip="What the rate is multiplied by, 0–1; 0.1 is a tenth.",
        )  # fmt: skip
        self.snapshot = f.number(
            "snapshot_interval",
            "Checkpoint every, epochs",
            1,
            tooltip="How often the network is kept; fractions are allowed.",
        )
        self.validation = f.number(
            "validation_interval",
            "Validate every, epochs",
            1,
            tooltip="How often validation loss and accuracy are measured; fractions are allowed.",
        )
        self.mean = f.choice(
            "mean_subtraction", "Subtract mean",
            [("Image", "image"), ("Pixel", "pixel"), ("None", "none")], "image",
            "What is taken from each image: the mean picture, the mean colour, or nothing.",
        )  # fmt: skip
        self.seed = f.number(
            "seed", "Seed", "", "drawn", "The same seed gives the same run on the same machine."
        )
        self.name = f.text(
            "name", "Name", hint="the network's and a number",
            tooltip="What the run is called in lists and in code.",
        )  # fmt: skip
        self.group = f.text("group", "Group", hint="none", tooltip="A heading to list it under.")
        self.runner = f.choice("runner", "Run in", _RUNNERS, default_runner())
        self.runner.control.tooltips = [
            "The trained network is at hand in your cells; the run ends with the kernel.",
            "Goes on when the kernel restarts or the page is closed; gives its memory back.",
        ]
        self._fields = [
            self.dataset, self.network, self.epochs, self.batch_size, self.learning_rate,
            self.momentum, self.policy, self.size, self.gamma, self.snapshot, self.validation,
            self.mean, self.seed, self.name, self.group, self.runner,
        ]  # fmt: skip
        self._propose_batch()

    def _layout(self) -> widgets.Widget:
        more = f.fold(
            "More",
            box(self.momentum.root, self.seed.root, kind="wb-pair"),
            self.policy.root,
            box(self.size.root, self.gamma.root, kind="wb-pair"),
            box(self.snapshot.root, self.validation.root, kind="wb-pair"),
            self.mean.root,
            self.group.root,
        )
        left = box(
            self.dataset.root,
            self.network.root,
            box(self.epochs.root, self.batch_size.root, kind="wb-pair"),
            self.learning_rate.root,
            self.name.root,
            self.runner.root,
            more,
            box(self._start, kind="wb-row"),
        )
        return box(left, box(self._about_data, self._about_network, self._code), kind="wb-sides")

    @guarded
    def _propose_batch(self) -> None:
        self.batch_size.value = str(networks.get(self.network.value).default_batch_size)

    @guarded
    def _on_change(self) -> None:
        # Set once: a button that is disabled for a moment swallows a click of that moment.
        self._start.disabled = not self._look()

    def _look(self) -> bool:
        """Show what the fields lead to; tell whether a run can start."""
        if not self._datasets:
            self._empty.show(text="There is no finished dataset yet; make one on Data.")
            self._code.show(code="# there is no dataset yet")
            return False
        try:
            config = self.config()
        except WorkbenchError as error:
            if not f.blame(self._fields, str(error)):
                self.epochs.complain(str(error))
            return False
        f.blame(self._fields, "")
        dataset = Dataset(Job(self.page.home.datasets_dir / config.dataset))
        named = self.page.home.reference(dataset.job)
        self._code.show(code=as_code.train(config, named, self.name.value.strip() or None))
        self._show_about(dataset, config)
        return self._fits(dataset, config)

    def _show_about(self, dataset: Dataset, config: TrainConfig) -> None:
        splits = ", ".join(f"{len(s):,} {name}" for name, s in dataset.splits.items())
        steps = -(-len(dataset.splits["train"]) // config.batch_size)
        self._about_data.show(
            title="Dataset",
            facts=[
                ["Images", splits],
                ["Classes", f"{len(dataset.labels):,}"],
                ["Size", dataset.image.describe()],
                ["Steps", f"{steps:,} an epoch, {steps * config.epochs:,} in all"],
            ],
        )
        card = networks.get(config.network)
        self._about_network.show(
            title="Network",
            facts=[
                ["Designed for", fmt.shape(card.default_input)],
                ["Smallest", f"{card.smallest[0]} × {card.smallest[1]}"],
                ["Source", card.reference],
            ],
        )

    def _fits(self, dataset: Dataset, config: TrainConfig) -> bool:
        """Whether the images are large enough for the network; say so where they are not."""
        card, image = networks.get(config.network), dataset.image
        if image.width >= card.smallest[1] and image.height >= card.smallest[0]:
            return True
        least = f"{card.smallest[1]} × {card.smallest[0]}"
        self.network.complain(f"network {card.title} needs images of {least} px or more")
        return False

    def _on_enter(self) -> None:
        if not self._start.disabled:
            self._on_start()

    @guarded
    def _on_start(self) -> None:
        clear_error(self.error)
        self._start.disabled = True
        try:
            run = start_run(
                self.config(),
                name=self.name.value.strip() or None,
                group=self.group.value.strip(),
                runner=self.runner.value,
                home=self.page.home,
            )
        finally:
            self._start.disabled = False
        self.page.show_run(run.id)


def _needed(field: f.Field, whole: bool = False) -> Any:
    value = f.as_number(field, whole)
    if value is None:
        raise InvalidValue(f"{field.name} must be given")
    return value
