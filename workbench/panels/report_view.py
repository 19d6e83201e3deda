"""The verification report: what one should know before training, and the images it is about."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from workbench.data import Dataset
from workbench.data.findings import Finding
from workbench.data.report import Report
from workbench.errors import WorkbenchError
from workbench.panels.guard import guarded
from workbench.panels.view import View, note

_MOST_LINES = 1000
# Beyond so many images the columns of a dataset seen before are worth freeing now: a closed page is
# held by references in a circle, which Python may let lie for long.
_LARGE = 100_000


class ReportView:
    """Made in a thread when it is first looked at; afterwards nothing changes it.

    Args:
        page: with a lock and ``begin``.
        look: shows the images of a finding.
        measured: told the histograms of sizes when they are there.
    """

    def __init__(
        self,
        page: Any,
        dataset: Dataset,
        look: Callable[[Finding], object],
        measured: Callable[[dict[str, list[float]]], object],
    ) -> None:
        self.lock, self._look, self._measured = page.lock, look, measured
        self.error: View = note(tone="error")
        self._findings: dict[str, Finding] = {}
        self.root = View("findings", {"look": self._on_look}, checking=True, findings=[])

        def work() -> tuple[list[Finding], dict[str, list[float]]] | str:
            report = Report(dataset)
            if len(dataset.table) > _LARGE:
                gc.collect()
            try:
                return report.findings, report.sizes()
            except (WorkbenchError, OSError) as error:  # the dataset was deleted meanwhile, say
                return str(error)

        page.begin(work, self._show)

    @property
    def findings(self) -> list[Finding]:
        """What was found, gravest first; empty until it is known."""
        return list(self._findings.values())

    def _show(self, found: tuple[list[Finding], dict[str, list[float]]] | str) -> None:
        if isinstance(found, str):
            self.error.show(text=found, tone="error")
            self.root.show(checking=False, findings=[], failed=True)
            return
        findings, sizes = found
        self._findings = {finding.key: finding for finding in findings}
        self.root.show(checking=False, findings=[_data(finding) for finding in findings])
        self._measured(sizes)

    @guarded
    def _on_look(self, key: str) -> None:
        self._look(self._findings[key])


def _data(finding: Finding) -> dict[str, Any]:
    more = len(finding.lines) - _MOST_LINES
    lines = [list(line) for line in finding.lines[:_MOST_LINES]]
    if more > 0:
        lines.append([f"and {more:,} more", ""])
    return {
        "key": finding.key,
        "tone": finding.tone,
        "text": finding.sentence,
        "advice": finding.advice,
        "lines": lines,
        "images": len(finding.rows),
    }
