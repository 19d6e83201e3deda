"""The part of a form that says which fields vary, over what, and how runs are chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from workbench.errors import WorkbenchError
from workbench.panels import fields as f
from workbench.panels.guard import guarded
from workbench.panels.view import box, button, close_tree, note
from workbench.sweeps import METHODS, RULES, Range, Stopping, SweepConfig
from workbench.sweeps.fields import names
from workbench.sweeps.spelling import parse, spell_options
from workbench.training import TrainConfig
from workbench.validation import check

_TRIALS = 20
_HINT = "0.1, 0.01"
_TIP = (
    "Values with commas between them (0.1, 0.01), a range (32..256), or a range drawn evenly over "
    "orders of magnitude (log:0.0001..0.1)."
)


class _Row:
    """A field that varies, and what over; both empty is no field."""

    def __init__(self, changed: Callable[[], object]) -> None:
        control = widgets.Combobox(
            description="Field", options=names(), placeholder="learning_rate", ensure_option=False
        )
        self.field = f.Field("field", control, "Any field of a run, policy.gamma too.")
        self.values = f.text("values", "Values or range", hint=_HINT, tooltip=_TIP)
        self.root = box(self.field.root, self.values.root, kind="wb-pair")
        for field in (self.field, self.values):
            field.on_change(changed)

    @property
    def filled(self) -> bool:
        """Whether anything was entered."""
        return bool(self.field.entered or self.values.entered)

    def read(self) -> tuple[str, list[Any] | Range]:
        """The field and what it varies over.

        Raises:
            InvalidValue: one of both is missing or wrong.
        """
        check(self.field.entered, "say which field varies")
        return self.field.entered, parse(self.field.entered, self.values.entered)

    def complain(self, text: str) -> None:
        """Show what is wrong; an empty text takes it away."""
        self.values.complain(text)


class SweepForm:
    """Fields of a sweep, for any form that holds the configuration of a run.

    Args:
        host: what shows errors of callbacks: has ``lock`` and ``error``.
        on_change: called when anything was entered.

    Attributes:
        root: what is shown.
    """

    def __init__(self, host: Any, on_change: Callable[[], object]) -> None:
        self.lock, self.error, self._on_change = host.lock, host.error, on_change
        self._quiet = False
        self._rows: list[_Row] = []
        self._place = box()
        self.method = f.choice("method", "Method", [(word, word) for word in METHODS], "grid")
        self.trials = f.number(
            "trials", "Runs at most", hint="all",
            tooltip="Without a number the whole grid; of random and Bayesian twenty.",
        )  # fmt: skip
        self.at_once = f.number("at_once", "Runs at a time", 1, tooltip="Each in its own process.")
        self.rule = f.choice(
            "stopping", "Stop hopeless runs", [(word, word) for word in RULES], "none",
            "Median: worse than half of the finished. Halving: the best third goes on.",
        )  # fmt: skip
        self.grace = f.number("stopping.grace", "Epochs each run has before", 1)
        self._summary = note("", "hint")
        self.options = [self.method, self.trials, self.at_once, self.rule, self.grace]
        for field in self.options:
            field.on_change(self._changed)
        self.root = box(
            note(_TIP, "hint"),
            self._place,
            box(button("Vary another field", self._on_add, "wb-sweep-add"), kind="wb-row"),
            self.method.root,
            box(self.trials.root, self.at_once.root, kind="wb-pair"),
            self.rule.root,
            self.grace.root,
            self._summary,
        )
        self.root.add_class("wb-sweep-form")
        self._set_rows([("", "")])

    @property
    def active(self) -> bool:
        """Whether any field varies."""
        return any(row.filled for row in self._rows)

    @property
    def value(self) -> dict[str, list[Any] | Range]:
        """What varies, by field.

        Raises:
            InvalidValue: a row is not complete, or a field stands twice.
        """
        found: dict[str, list[Any] | Range] = {}
        for row in self._rows:
            if row.filled:
                field, options = row.read()
                check(field not in found, f"{field} varies twice")
                found[field] = options
        return found

    def config(self, base: TrainConfig, also: Mapping[str, Any] | None = None) -> SweepConfig:
        """The sweep of a run's configuration.

        Args:
            also: what varies by other parts of the form.

        Raises:
            InvalidValue: anything is wrong; the message begins with what it is about.
        """
        space = {**(also or {}), **self.value}
        trials = f.number_or(self.trials, 0 if self.method.value == "grid" else _TRIALS, True)
        grace = f.number_or(self.grace, 1.0)
        return SweepConfig(
            base=base,
            space=space,
            method=self.method.value,
            trials=trials,
            at_once=f.number_or(self.at_once, 1, True),
            stopping=Stopping(self.rule.value, grace=grace),
        )

    def set(self, config: SweepConfig) -> None:
        """Fill the fields from a configuration."""
        self._quiet = True
        self._set_rows([(name, spell_options(o)) for name, o in config.space.items()])
        self.method.value = config.method
        self.trials.value = f"{config.trials}" if config.trials else ""
        self.at_once.value = f"{config.at_once}"
        self.rule.value, self.grace.value = config.stopping.rule, f"{config.stopping.grace:g}"
        self._quiet = False
        self._changed()

    def look(self, base: TrainConfig, also: Mapping[str, Any] | None = None) -> SweepConfig | None:
        """Show what the fields lead to, or what is wrong with them; the sweep, if it is one."""
        self.grace.show(self.rule.value != "none")
        self.trials.control.placeholder = "all" if self.method.value == "grid" else f"{_TRIALS}"
        if not self.active and not also:
            self._blame("")
            self._summary.show(text="", tone="hint")
            return None
        try:
            config = self.config(base, also)
        except WorkbenchError as error:
            self._summary.show(text="", tone="hint")
            self._blame(str(error))
            return None
        self._blame("")
        text = f"{config.total:,} runs, {config.at_once} at a time, compared by "
        self._summary.show(text=text + config.monitor.name.replace("_", " "), tone="hint")
        return config

    def _blame(self, message: str) -> None:
        """Put an error under the row or the field it begins with, else at the end."""
        guilty = next((row for row in self._rows if message and self._is_about(row, message)), None)
        for row in self._rows:
            row.complain(message if row is guilty else "")
        found = f.blame(self.options, "" if guilty else message)
        if message and guilty is None and not found:
            self._summary.show(text=message, tone="error")

    def _is_about(self, row: _Row, message: str) -> bool:
        if not row.filled:
            return False
        entered = row.field.entered
        if not entered:
            return message.startswith("say which field")
        return message.startswith((f"{entered} ", f"there is no field {entered!r}"))

    def _set_rows(self, filled: list[tuple[str, str]]) -> None:
        before = self._place.children
        self._rows = []
        for name, text in filled:
            row = _Row(self._changed)
            row.field.value, row.values.value = name, text
            self._rows.append(row)
        self._place.children = tuple(row.root for row in self._rows)
        for child in before:
            close_tree(child)

    @guarded
    def _changed(self) -> None:
        if not self._quiet:
            self._on_change()

    @guarded
    def _on_add(self) -> None:
        self._rows.append(_Row(self._changed))
        self._place.children = tuple(row.root for row in self._rows)
