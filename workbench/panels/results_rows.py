"""The runs of a home as the results list has them: figures, notes and latency, by their folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from workbench.api.figures import best_of, monitor_of
from workbench.api.latency import Latency, read_latency
from workbench.jobs import Home, JobSummary

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Row:
    """One run.

    Attributes:
        dataset: its name, or its id when it is gone.
        text: what words are looked for in.
    """

    summary: JobSummary
    dataset: str
    notes: str
    latency: Latency | None
    text: str = field(init=False)

    def __post_init__(self) -> None:
        s = self.summary
        about = (s.name, s.group, s.status, self.dataset, self.network, self.notes)
        object.__setattr__(self, "text", "\n".join(about).casefold())

    @property
    def id(self) -> str:
        """The id of the run."""
        return self.summary.id

    @property
    def network(self) -> str:
        """The name of its network."""
        return str(self.summary.config.get("network"))

    @property
    def best(self) -> float | None:
        """The best value of the figure that tells how good a run is."""
        return best_of(self.summary, monitor_of(self.summary).name)


class Rows:
    """Reads the runs of a home, again and again; what has not changed stays the same object.

    Attributes:
        sweeps: the sweeps there were at the last look, newest first.
    """

    def __init__(self, home: Home) -> None:
        self.sweeps: tuple[JobSummary, ...] = ()
        self._home = home
        self._known: dict[str, Row] = {}
        self._files: dict[str, tuple[int, Any]] = {}

    def read(self) -> list[Row]:
        """All runs, newest first."""
        found = self._home.summaries()
        names = {s.id: s.name for s in found if s.kind == "dataset"}
        runs = [s for s in found if s.kind == "run"]
        self.sweeps = tuple(s for s in found if s.kind == "sweep")
        self._known = {summary.id: self._row(summary, names) for summary in runs}
        return list(self._known.values())

    def _row(self, summary: JobSummary, names: dict[str, str]) -> Row:
        folder = f"{self._home.runs_dir}/{summary.id}"
        notes = self._file(f"{folder}/notes.md", "")
        latency = self._file(f"{folder}/latency.json", None)
        dataset = names.get(summary.dataset or "", summary.dataset or "")
        known = self._known.get(summary.id)
        if (
            known is not None
            and known.summary is summary
            and known.notes is notes
            and known.latency is latency
            and known.dataset == dataset
        ):
            return known
        return Row(summary, dataset, notes, latency)

    def _file(self, path: str, absent: T) -> T:
        """What a small file says, read when it has changed."""
        try:
            stamp = os.stat(path).st_mtime_ns
        except OSError:
            return absent
        known = self._files.get(path)
        if known is None or known[0] != stamp:
            known = self._files[path] = (stamp, _read(Path(path)))
        return known[1]


def best_of_groups(rows: list[Row]) -> dict[str, str]:
    """The id of the best run of each group that has several."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.summary.group and row.best is not None:
            groups.setdefault(row.summary.group, []).append(row)
    found = {}
    for group, members in groups.items():
        if len(members) > 1:
            monitor = monitor_of(members[0].summary)
            choose = max if monitor.higher_is_better else min
            found[group] = choose(members, key=lambda row: row.best or 0.0).id
    return found


def metrics_of(rows: list[Row]) -> list[str]:
    """Every metric that occurs; what is validated first."""
    found = {name for row in rows for name in row.summary.metrics}
    return sorted(found, key=lambda name: (not name.startswith("val_"), name))


def _read(path: Path) -> Any:
    if path.suffix == ".json":
        return read_latency(path.parent)
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
