"""Runs side by side: where their configurations differ, and how well they did."""

from __future__ import annotations

import html
import zlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from workbench.api.figures import best_of, flat, lower_is_better, monitor_of
from workbench.api.homes import home as current_home
from workbench.api.latency import read_latency
from workbench.api.run import Run
from workbench.inference.result import printable
from workbench.jobs import Home, JobSummary
from workbench.training.history import History
from workbench.validation import check

NONE = "–"
_FIGURES = ("val_accuracy", "val_loss", "train_loss")


def compare(*runs: Run | str, home: Home | None = None) -> Comparison:
    """Compare two runs or more; in a cell it shows itself as tables.

    Args:
        runs: the runs, or their ids or names.

    Raises:
        InvalidValue: fewer than two, or one twice.
        NotFound: there is no such run.
    """
    where = home or current_home()
    found = [Run(where.job(run, "run")) if isinstance(run, str) else run for run in runs]
    check(len(found) > 1, f"compare needs at least two runs, got {len(found)}")
    check(len({run.job for run in found}) == len(found), "compare got the same run twice")
    return Comparison(found)


def differences(configs: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The fields in which configurations differ, each with its values in their order.

    Args:
        configs: flat ones; a field that one does not have is None there.
    """
    names = list(dict.fromkeys(name for config in configs for name in config))
    found = {name: [config.get(name) for config in configs] for name in names}
    return {name: values for name, values in found.items() if any(v != values[0] for v in values)}


class Comparison:
    """Runs as they were when they were compared.

    Args:
        histories: the curves of each run, where they have been read already.
    """

    def __init__(self, runs: Sequence[Run], histories: Sequence[History] | None = None) -> None:
        self.runs = list(runs)
        self.summaries: list[JobSummary] = [run.summary() for run in self.runs]
        self._histories = None if histories is None else list(histories)

    @cached_property
    def histories(self) -> list[History]:
        """The curves of each run."""
        return self._histories or [run.history for run in self.runs]

    @cached_property
    def metrics(self) -> list[str]:
        """Every metric that occurs; the usual ones first."""
        found = {name for summary in self.summaries for name in summary.metrics}
        return [name for name in _FIGURES if name in found] + sorted(found - set(_FIGURES))

    @cached_property
    def differences(self) -> dict[str, list[Any]]:
        """The fields in which the configurations differ, a value a run."""
        return differences([{**self._about(s), **flat(s.config)} for s in self.summaries])

    def best(self, place: int) -> dict[str, Any] | None:
        """The best value of the figure that tells how good a run is, and its epoch."""
        monitor = monitor_of(self.summaries[place])
        found = self.histories[place].best(monitor.name, monitor.higher_is_better)
        if found is None:
            return None
        return {"metric": monitor.name, "value": found[1], "epoch": found[0]}

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "runs": [self._run(place) for place in range(len(self.runs))],
            "differences": self.differences,
        }

    def rows(self) -> list[tuple[str, list[str]]]:
        """The comparison as text: figures, then differing fields, a value a run."""
        best = [self.best(place) for place in range(len(self.runs))]
        rows = [
            ("status", [summary.status for summary in self.summaries]),
            ("epoch", [_epochs(summary) for summary in self.summaries]),
            ("time", [_duration(summary.seconds) for summary in self.summaries]),
            ("best", [_best_text(found) for found in best]),
        ]
        for metric in self.metrics:
            if metric in _FIGURES:
                word = "least" if lower_is_better(metric) else "greatest"
                values = [best_of(summary, metric) for summary in self.summaries]
                rows.append((f"{metric} {word}", [figure(metric, v) for v in values]))
                values = [summary.metrics.get(metric) for summary in self.summaries]
                rows.append((f"{metric} last", [figure(metric, v) for v in values]))
        return rows + [(name, [shown(v) for v in vs]) for name, vs in self.differences.items()]

    def __repr__(self) -> str:
        lines = [["", *self._heads()], *([name, *values] for name, values in self.rows())]
        clean = [[printable(text) for text in line] for line in lines]
        widths = [max(map(len, column)) for column in zip(*clean, strict=True)]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in clean
        )

    def _repr_html_(self) -> str:
        def line(cells: Sequence[str], tag: str) -> str:
            inner = "".join(f"<{tag}>{html.escape(printable(text))}</{tag}>" for text in cells)
            return f"<tr>{inner}</tr>"

        body = "".join(line([name, *values], "td") for name, values in self.rows())
        head = line(["", *self._heads()], "th")
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _heads(self) -> list[str]:
        names = [summary.name for summary in self.summaries]
        return [
            f"{summary.name} ({summary.id})" if names.count(summary.name) > 1 else summary.name
            for summary in self.summaries
        ]

    def _about(self, summary: JobSummary) -> dict[str, Any]:
        return {"dataset": summary.dataset}

    def _run(self, place: int) -> dict[str, Any]:
        summary, latency = self.summaries[place], read_latency(self.runs[place].job.path)
        return {
            "id": summary.id,
            "name": summary.name,
            "group": summary.group,
            "status": summary.status,
            "epoch": summary.epoch,
            "epochs": summary.epochs,
            "seconds": round(summary.seconds, 3),
            "parameters": summary.facts.get("parameters"),
            "latency_ms": latency.milliseconds if latency else None,
            "best": self.best(place),
            "metrics": {
                name: {"last": last, "min": summary.lowest[name], "max": summary.highest[name]}
                for name, last in summary.metrics.items()
            },
        }


def figure(metric: str, value: float | None) -> str:
    """A metric's value as people read it: ``98.91 %``, ``0.0352``."""
    if value is None:
        return NONE
    if "accuracy" in metric:
        return f"{100 * value:.2f} %"
    return f"{value:.4f}" if "loss" in metric and 0.001 <= abs(value) < 10 else f"{value:.4g}"


def shown(value: Any) -> str:
    """A field's value in a few words; code by its length and a mark that tells it from other."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    if "\n" in text:
        mark = zlib.crc32(text.encode("utf-8", "surrogatepass"))
        return f"{len(text.splitlines())} lines, {mark:08x}"
    return text or NONE


def _best_text(best: dict[str, Any] | None) -> str:
    if best is None:
        return NONE
    return f"{figure(best['metric'], best['value'])} at epoch {best['epoch']:g}"


def _epochs(summary: JobSummary) -> str:
    return f"{summary.epoch:g} / {summary.epochs:g}" if summary.epochs else f"{summary.epoch:g}"


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
