"""Runs beside each other: a metric of all in one figure, best figures, differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.api.compare import Comparison, figure, shown
from workbench.api.figures import best_of, lower_is_better, monitor_of
from workbench.api.run import Run
from workbench.jobs import LIVE, Job
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.reader import RunReader
from workbench.panels.results_chart import ResultsChart
from workbench.panels.view import View, box, button

if TYPE_CHECKING:
    from workbench.panels.page import Page

MOST = 24


class CompareView:
    """Follows the runs it compares for as long as they run.

    Args:
        chart: the page's figure.
        datasets: names by id.
        back: called when the person has seen enough.
    """

    def __init__(
        self,
        page: Page,
        ids: Sequence[str],
        chart: ResultsChart,
        datasets: dict[str, str],
        back: Callable[[], object],
    ) -> None:
        self.lock, self.error, self._app = page.lock, page.error, page.app
        self._runs = [Run(Job(page.home.runs_dir / id)) for id in ids]
        self._readers = [RunReader(run.job) for run in self._runs]
        self._chart, self._datasets = chart, datasets
        self._read()
        metrics = [(name.replace("_", " "), name) for name in self._comparison.metrics]
        self.metric = f.select("metric", "Metric", metrics)
        self.metric.on_change(self._on_metric)
        opens: dict[str, Any] = {"open": self._open}
        self._figures = View("table", opens, columns=[], rows=[])
        self._differences = View("table", opens, columns=[], rows=[])
        self._place = box(chart, kind="wb-stack")
        names = ", ".join(repr(run.id) for run in self._runs)
        head = box(
            View("title", text=f"Compare {len(self._runs)} runs"),
            box(button("Back to all runs", back, "wb-results-back"), kind="wb-row"),
            kind="wb-head",
        )
        self.root = box(
            head,
            self.metric.root,
            self._place,
            self._figures,
            self._differences,
            View("code", code=f"import workbench as wb\n\nwb.compare({names})"),
        )
        self.root.add_class("wb-results-compare")
        self._draw()

    def refresh(self) -> None:
        """Take in what the runs have done since."""
        if any(summary.status in LIVE for summary in self._comparison.summaries):
            self._read()
            self._draw()

    def detach(self) -> None:
        """Let go of the page's figure before the rest is closed."""
        self._place.children = ()

    def _read(self) -> None:
        for reader in self._readers:
            reader.read()
        self._comparison = Comparison(self._runs, [reader.history for reader in self._readers])

    def _draw(self) -> None:
        self._draw_curves()
        self._figures.show(**self._figures_table())
        self._differences.show(**self._differences_table())

    def _draw_curves(self) -> None:
        metric = str(self.metric.value or "")
        found = self._comparison
        pairs = zip(found.summaries, found.histories, strict=True)
        lines = [(summary.name, history.series(metric)) for summary, history in pairs]
        self._chart.show_curves(metric.replace("_", " "), lines, "accuracy" in metric)

    def _figures_table(self) -> dict[str, Any]:
        metric = str(self.metric.value or "")
        word = "Least" if lower_is_better(metric) else "Greatest"
        columns = [
            {"label": "Name"},
            {"label": "Status"},
            {"label": f"{word} {metric.replace('_', ' ')}", "number": True},
            {"label": "Last", "number": True, "wide": True},
            {"label": f"Best {self._best_of()}", "number": True, "wide": True},
            {"label": "At epoch", "number": True, "wide": True},
            {"label": "Trained, epochs", "number": True, "wide": True},
            {"label": "Time", "number": True, "wide": True},
        ]
        rows = [self._figures_row(place, metric) for place in range(len(self._runs))]
        return {"heading": "Figures", "columns": columns, "rows": rows, "open": True}

    def _best_of(self) -> str:
        """The figures that tell how good each run is: one, unless their tasks differ."""
        names = {monitor_of(summary).name for summary in self._comparison.summaries}
        return ", ".join(sorted(names)).replace("_", " ")

    def _figures_row(self, place: int, metric: str) -> dict[str, Any]:
        summary, best = self._comparison.summaries[place], self._comparison.best(place)
        value = fmt.NONE if best is None else figure(best["metric"], best["value"])
        epoch = fmt.NONE if best is None else fmt.epoch(best["epoch"])
        last = figure(metric, summary.metrics.get(metric))
        trained = fmt.epoch(summary.epoch, summary.epochs)
        return {
            "id": summary.id,
            "sub": f"last {last} · best {value} at epoch {epoch} · epoch {trained}",
            "cells": [
                summary.name,
                {"status": summary.status, "text": summary.status},
                figure(metric, best_of(summary, metric)),
                last,
                value,
                epoch,
                trained,
                fmt.duration(summary.seconds),
            ],
        }

    def _differences_table(self) -> dict[str, Any]:
        found = self._comparison.differences
        columns: list[dict[str, Any]] = [{"label": "Name"}]
        columns += [{"label": name, "number": True, "wide": True} for name in found]
        rows = []
        for place, summary in enumerate(self._comparison.summaries):
            values = [self._value(name, values[place]) for name, values in found.items()]
            pairs = zip(found, values, strict=True)
            sub = " · ".join(f"{name} {value}" for name, value in pairs)
            rows.append({"id": summary.id, "sub": sub, "cells": [summary.name, *values]})
        return {
            "heading": "Where their configurations differ",
            "columns": columns,
            "rows": rows if found else [],
            "empty": "Their configurations are the same.",
            "open": True,
        }

    def _value(self, name: str, value: Any) -> str:
        return self._datasets.get(value, shown(value)) if name == "dataset" else shown(value)

    @guarded
    def _on_metric(self) -> None:
        self._draw()

    @guarded
    def _open(self, id: str) -> None:
        self._app.open_run(id)
