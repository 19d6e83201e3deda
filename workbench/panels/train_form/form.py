"""The form as a whole: holds a configuration and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench import networks
from workbench.api import as_code
from workbench.api.sweep import start_sweep
from workbench.api.train import start_run
from workbench.data import Dataset
from workbench.errors import WorkbenchError
from workbench.jobs import Job
from workbench.networks.facts import smallest, title
from workbench.panels import fields as f
from workbench.panels.guard import clear_error, guarded
from workbench.panels.train_form.about import AboutData, steps_per_epoch
from workbench.panels.train_form.augmentation import AugmentationPart
from workbench.panels.train_form.basics import Basics
from workbench.panels.train_form.checkpoints import Checkpoints
from workbench.panels.train_form.devices import Devices
from workbench.panels.train_form.fit import Fit
from workbench.panels.train_form.inputs import digits
from workbench.panels.train_form.network import NetworkPart
from workbench.panels.train_form.optimization import Optimization
from workbench.panels.train_form.part import Part
from workbench.panels.train_form.several_runs import SeveralRuns
from workbench.panels.train_form.visual import Visual
from workbench.panels.view import View, box, button, note
from workbench.sweeps import SweepConfig
from workbench.training.config import TrainConfig
from workbench.training.defaults import defaults
from workbench.training.trust import trust

if TYPE_CHECKING:
    from workbench.panels.train import TrainPage

_NO_DATASET = "There is no finished dataset yet; make one on Data."


class TrainForm:
    """Fields on the left, what they lead to on the right, part by part."""

    def __init__(
        self, page: TrainPage, dataset: str | None = None, config: TrainConfig | None = None
    ) -> None:
        self.page, self.lock, self.error = page, page.lock, page.error
        self._filling, self._ready = True, False
        self._data: Dataset | None = None
        self._sweep: SweepConfig | None = None
        self._offered = defaults()
        self._make()
        self.widgets = (View("title", text="New run"), self._empty, *self._layout())
        if dataset in self.basics.tasks:
            self.basics.dataset.value = dataset
        self._fill(config or TrainConfig(dataset=""))
        if config is None:
            self._begin()
        for field in self.basics.fields:
            field.on_change(self.changed)
            field.on_enter(self.enter)
        self._filling = False
        self.changed()

    @property
    def network(self) -> f.Field:
        """The field of the standard network."""
        return self.choice.standard.network

    @property
    def data(self) -> Dataset | None:
        """The dataset that is chosen, once it is made."""
        chosen = self.basics.dataset.value
        if chosen and (self._data is None or self._data.id != chosen):
            found = Dataset(Job(self.page.home.datasets_dir / chosen))
            self._data = found if found.status == "done" else None
        return self._data if chosen else None

    def set(self, config: TrainConfig) -> None:
        """Fill the form from a configuration."""
        self._filling = True
        self._fill(config)
        self._filling = False
        self.changed()

    def config(self) -> TrainConfig:
        """The configuration that the form holds; of several numbers in a field the first.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        values = {**self.basics.values(), **self.choice.values()}
        for part in self._parts:
            values.update(part.values())
        return TrainConfig(**values)

    def refresh(self) -> None:
        """Take up what was found in the background since the last tick."""
        for part in (self.fit, self.visual, self.optimization):
            part.tick()

    def forget(self) -> None:
        """Nobody waits any more for what was begun in the background: it need not go on."""
        for part in (self.fit, self.visual, self.optimization):
            part.failed()

    def steps_per_epoch(self, config: TrainConfig) -> int:
        """How often the weights change in an epoch of the chosen dataset."""
        return 1 if self.data is None else steps_per_epoch(self.data, config)

    def use_batch(self, size: int) -> None:
        """Put a batch size into its field."""
        self.basics.batch_size.value = digits(size)

    def use_rate(self, rate: float) -> None:
        """Put a learning rate into its field."""
        self.basics.learning_rate.value = digits(rate)

    def propose(self) -> None:
        """Put what suits network and solver into its fields unless the person has put others."""
        if self._filling:
            return
        before, now = self._offered, defaults(self.choice.name, self.optimization.solver)
        if self.basics.batch_size.value == digits(before["batch_size"]):
            self.use_batch(now["batch_size"])
        if self.basics.learning_rate.value == digits(before["learning_rate"]):
            self.use_rate(now["learning_rate"])
        if self.augmentation.mean == before["mean_subtraction"]:
            self.augmentation.mean = now["mean_subtraction"]
        self._offered = now

    @guarded
    def changed(self) -> None:
        """Look at what was entered, show what it leads to and what is wrong with it."""
        if self._filling:
            return
        self._filling = True
        try:
            self._ready = self._look()
        finally:
            self._filling = False
        self.judge()

    def allow(self, config: TrainConfig) -> None:
        """Let this home execute the code of a configuration, if a person has said so here."""
        if config.code and self.choice.code.trusted:
            trust(self.page.home, config.code)

    def judge(self) -> None:
        """Let a run start, or not, after something was found in the background."""
        if not self._filling:
            own = self.choice.name == networks.CUSTOM
            # Set once: a button that is disabled for a moment swallows a click of that moment.
            self._start.disabled = not self._ready or (own and self.choice.code.wrong)

    @guarded
    def enter(self) -> None:
        """Start, if everything is right."""
        if not self._start.disabled:
            self._on_start()

    def _make(self) -> None:
        self.basics = Basics(self.page.home)
        self.choice = NetworkPart(self, self._on_network)
        self.optimization, self.augmentation = Optimization(self), AugmentationPart(self)
        self._parts: tuple[Part, ...] = (
            self.optimization, self.augmentation, Checkpoints(self), Devices(self),
        )  # fmt: skip
        self.several = SeveralRuns(self)
        self.fit, self.visual = Fit(self, self.choice.code), Visual(self, self.choice)
        self._start = button("Train", self._on_start, "wb-primary", "wb-train-start")
        self._about = AboutData()
        self._code = View("code", code="")
        self._empty, self._problem = note(), note(tone="error")

    def _layout(self) -> tuple[widgets.Widget, ...]:
        basics = self.basics
        begin = box(
            box(basics.dataset.root, self.choice.root),
            box(self.choice.code.root, self.visual.root, self._about.view),
            box(
                box(basics.epochs.root, basics.batch_size.root, kind="wb-pair"),
                basics.learning_rate.root,
                self.fit.root,
            ),
            kind="wb-begin",
        )
        self._group = f.fold("Group", basics.group.root)
        last = box(
            box(
                basics.name.root, basics.runner.root, self._group, box(self._start, kind="wb-row"),
                self._problem,
            ),
            self._code,
            kind="wb-sides",
        )  # fmt: skip
        parts = (*(part.root for part in self._parts), self.several.root)
        return begin, box(*parts, kind="wb-parts"), last

    def _fill(self, config: TrainConfig) -> None:
        self.basics.fill(config)
        self.choice.fill(config)
        for part in self._parts:
            part.fill(config)

    def _begin(self) -> None:
        """Begin with the network that fits the dataset, and with what suits it."""
        self.choice.standard.offer(self.data)
        self.choice.standard.propose()
        self._fill_with(defaults(self.choice.name))

    def _fill_with(self, values: dict[str, Any]) -> None:
        self.use_batch(values["batch_size"])
        self.use_rate(values["learning_rate"])
        self.augmentation.mean = values["mean_subtraction"]
        self._offered = values

    @guarded
    def _on_network(self) -> None:
        self.propose()
        self.changed()

    def _look(self) -> bool:
        """Show what the fields lead to; tell whether a run can start."""
        if not self.basics.dataset.value:
            self._empty.show(text=_NO_DATASET)
            self._code.show(code="# there is no dataset yet")
            return False
        data = self.data
        self.choice.standard.offer(data)
        config = self._config_or_blame()
        self._about.show(data, config)
        for part in self._parts:
            part.changed(config)
        right = self._network_is_right(config)
        self.visual.offer(data, right)
        self.fit.offer(config if right else None, data)
        self._sweep = self.several.look(config, self.basics.varied() if config else {})
        self._show_start(config)
        return config is not None and right and not self.several.wrong

    def _config_or_blame(self) -> TrainConfig | None:
        try:
            config = self.config()
        except WorkbenchError as error:
            self._blame(str(error))
            return None
        self._blame("")
        return config

    def _blame(self, message: str) -> None:
        """Put an error under its field, unfolding what holds it; else beside the button."""
        if message:
            for part in self._parts:
                if part.owns(message):
                    part.open()
        found = f.blame(self._fields, message)
        self._problem.show(text="" if found else message, tone="error")

    @property
    def _fields(self) -> list[f.Field]:
        parts = [field for part in self._parts for field in part.fields]
        return [*self.basics.fields, *self.choice.fields, *parts]

    def _network_is_right(self, config: TrainConfig | None) -> bool:
        """Whether the code is Python that may be executed and the images are large enough."""
        if self.choice.name == networks.CUSTOM:
            return self.choice.code.check() and self.choice.code.trusted
        if config is None or self.data is None:
            return config is not None
        image, least = self.data.image, smallest(config.network)
        if image.width >= least[1] and image.height >= least[0]:
            return True
        text = f"network {title(config.network)} needs images of {least[1]} × {least[0]} px or more"
        f.blame(self.choice.fields, text)
        return False

    def _show_start(self, config: TrainConfig | None) -> None:
        if config is None:
            return
        named = self.page.home.reference(Job(self.page.home.datasets_dir / config.dataset))
        name, group = self.basics.name.entered or None, self.basics.group.entered
        sweep = self._sweep
        # A sweep's runs have processes of their own and are listed under its name.
        for root in (self._group, self.basics.runner.root):
            root.layout.display = None if sweep is None else "none"
        if sweep is None:
            self._start.description = "Train"
            self._code.show(code=as_code.train(config, named, name, group))
        else:
            self._start.description = f"Train {sweep.total:,} runs"
            self._code.show(code=as_code.repeat_sweep(sweep, named, name))

    @guarded
    def _on_start(self) -> None:
        clear_error(self.error)
        self._start.disabled = True
        try:
            if self._sweep is None:
                self._start_run(self.config())
            else:
                self._start_sweep(self._sweep)
        finally:
            self._start.disabled = False

    def _start_run(self, config: TrainConfig) -> None:
        self.allow(config)
        run = start_run(
            config,
            name=self.basics.name.entered or None,
            group=self.basics.group.entered,
            runner=self.basics.runner.value,
            home=self.page.home,
        )
        self.page.show_run(run.id)

    def _start_sweep(self, config: SweepConfig) -> None:
        """Begin many runs, which differ in what varies."""
        name = self.basics.name.entered or None
        sweep = start_sweep(config, name=name, home=self.page.home)
        self.page.app.open_sweep(sweep.id)
