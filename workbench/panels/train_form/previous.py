"""Which run to go on from, and from which of its checkpoints."""

from __future__ import annotations

from workbench import networks
from workbench.errors import InvalidValue, NotFound, WorkbenchError
from workbench.jobs import Job, JobSummary
from workbench.networks.facts import title
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.train_form.host import Host
from workbench.panels.view import box
from workbench.training.checkpoints import list_checkpoints
from workbench.training.config import TrainConfig

_MOST = 50
_BEST = ""


class Previous:
    """Any run of the home that has a checkpoint; made when first looked at.

    Attributes:
        root: what is shown.
        fields: the run and its checkpoint.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._summaries = [s for s in host.page.home.summaries("run") if s.epoch > 0]
        self._words = f.text(
            "words", "Find a run", hint="name, network, group",
            tooltip=f"The newest {_MOST} that fit are listed.",
        )  # fmt: skip
        self._words.show(len(self._summaries) > _MOST)
        self.run = f.select("start.run", "Run", [], "Its weights are where training begins.")
        self.checkpoint = f.select("step", "Checkpoint", [], "The best one unless you choose.")
        self.fields = [self.run, self.checkpoint]
        self.root = box(self._words.root, self.run.root, self.checkpoint.root, kind="wb-part")
        self._list_runs()
        self._words.on_change(self._list_runs)
        self.run.on_change(self._list_checkpoints)

    @property
    def start(self) -> str:
        """``ID`` or ``ID@STEP``.

        Raises:
            InvalidValue: there is no run to choose.
        """
        if not self.run.value:
            raise InvalidValue("start.run must be chosen; no run has a checkpoint yet")
        step = self.checkpoint.value
        return f"{self.run.value}@{step}" if step else str(self.run.value)

    def set(self, start: str) -> None:
        """Choose a run and a checkpoint, also ones that are gone."""
        run, _, step = start.partition("@")
        self._list_runs(run)
        self.run.value = run
        self._list_checkpoints()
        if step and step not in dict(self.checkpoint.control.options).values():
            options = [*self.checkpoint.control.options, (f"step {step}", step)]
            self.checkpoint.control.options = options
        self.checkpoint.value = step

    def config(self) -> TrainConfig | None:
        """What decided the chosen run, if it can still be told."""
        try:
            return TrainConfig.from_dict(self._job().config)
        except WorkbenchError:
            return None

    def _job(self) -> Job:
        return Job(self._host.page.home.runs_dir / str(self.run.value))

    def _list_runs(self, wanted: str | None = None) -> None:
        chosen = wanted or self.run.value
        words = self._words.entered.lower().split()
        named = [(_named(s), s.id) for s in self._summaries if _fits(s, words)][:_MOST]
        if chosen and chosen not in dict(named).values():
            named.insert(0, (self._name(chosen), chosen))
        control = self.run.control
        if tuple(control.options) != tuple(named):
            control.options = named
            control.value = chosen or (named[0][1] if named else None)
        self._list_checkpoints()

    def _name(self, run: str) -> str:
        return next((_named(s) for s in self._summaries if s.id == run), f"{run}, which is gone")

    def _list_checkpoints(self) -> None:
        options = [("The best", _BEST)]
        try:
            found = list_checkpoints(self._job()) if self.run.value else []
        except NotFound:
            found = []
        for checkpoint in reversed(found):
            accuracy = checkpoint.metrics.get("val_accuracy")
            figure = "" if accuracy is None else f" · {fmt.percent(accuracy)}"
            options.append((f"Epoch {fmt.epoch(checkpoint.epoch)}{figure}", str(checkpoint.step)))
        if tuple(self.checkpoint.control.options) != tuple(options):
            self.checkpoint.control.options = options
        self.checkpoint.show(bool(self.run.value))


def _named(summary: JobSummary) -> str:
    accuracy = summary.highest.get("val_accuracy")
    network = _title(summary.config.get("network", ""))
    figure = None if accuracy is None else fmt.percent(accuracy)
    return " · ".join(filter(None, [summary.name, network, figure]))


def _title(network: str) -> str:
    known = network == networks.CUSTOM or network in networks.catalogue()
    return title(network) if known else network


def _fits(summary: JobSummary, words: list[str]) -> bool:
    text = f"{_named(summary)} {summary.group}".lower()
    return all(word in text for word in words)
