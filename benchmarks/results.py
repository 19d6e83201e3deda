"""Ten thousand runs: the results page, its filters and its orders, beside what they may take."""

from __future__ import annotations

import json
import math
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

import workbench as wb
from benchmarks.timing import report, seconds
from workbench.panels.app import App

RUNS = 10_000
_KINDS = 200
_ROUNDS = 5
OPEN_MS, READ_MS, FILTER_MS, SORT_MS, MEMORY_MB = 1000, 20_000, 200, 200, 300
_NETWORKS = ("lenet", "alexnet", "resnet18", "resnet50", "mobilenet-v3-small")
_PARAMETERS = (431_080, 57_000_000, 11_200_000, 23_600_000, 1_530_000)


def run() -> None:
    """Print times and memory as shares of what they may be."""
    home = wb.Home()
    build(home)
    for way in ("first", "then"):
        command = [sys.executable, "-m", "benchmarks.results", str(home.path), way]
        found = subprocess.run(command, capture_output=True, text=True)
        if found.returncode:
            raise RuntimeError(found.stderr)
        for what, value, most, unit in json.loads(found.stdout.splitlines()[-1]):
            report(f"{RUNS:,} runs: {what}", value / most, "<= 1", f"{value:.0f} of {most} {unit}")


def build(home: wb.Home, runs: int = RUNS, epochs: int = 30, seed: int = 0) -> list[str]:
    """So many ended runs on three datasets, their files as training leaves them; their ids.

    A third of them belongs to groups of twenty. Of the configurations there are two hundred, each
    with its own curve. Checkpoints are left out: nothing lists them.
    """
    chance = random.Random(seed)
    now = time.time()
    datasets = [_dataset(home, name, now) for name in ("mnist", "fashion", "emoji")]
    kinds = [_kind(chance, epochs) for _ in range(min(runs, _KINDS))]
    ids = []
    for number in range(runs):
        group = f"sweep-{number // 60}" if number % 3 == 0 else ""
        created = now - 600 * (runs - number)
        config, events = chance.choice(kinds)
        config = config | {"dataset": chance.choice(datasets), "seed": chance.randrange(2**31)}
        path = home.folder("run") / f"r{number:07}"
        name = f"{config['network']}-{number}"
        _write(path, "run", name, group, created, [config["dataset"]], config)
        (path / "events.jsonl").write_text(events)
        ids.append(path.name)
    return ids


def _dataset(home: wb.Home, name: str, now: float) -> str:
    config = wb.DatasetConfig(name, wb.ImageFolder(f"/data/{name}"), wb.ImageFormat())
    path = home.folder("dataset") / f"d{name}"
    _write(path, "dataset", name, "", now, [], config.to_dict())
    status = {"t": now, "type": "status", "status": "done"}
    (path / "events.jsonl").write_text(json.dumps(status) + "\n")
    return path.name


def _kind(chance: random.Random, epochs: int) -> tuple[dict[str, Any], str]:
    """A configuration, and the events of a run of it."""
    network = chance.randrange(len(_NETWORKS))
    config = wb.TrainConfig(
        dataset="",
        epochs=epochs,
        batch_size=chance.choice((32, 64, 128)),
        learning_rate=chance.choice((0.1, 0.03, 0.01, 0.001)),
        solver=chance.choice(("sgd", "adam", "rmsprop")),
        policy=chance.choice((wb.Step(), wb.Fixed(), wb.Step(size=20, gamma=0.5))),
        augmentation=wb.Augmentation(rotation=chance.choice((0.0, 5.0, 15.0))),
    )
    events = _events(config, _PARAMETERS[network], time.time(), chance)
    lines = (json.dumps(event, separators=(",", ":")) + "\n" for event in events)
    return config.to_dict() | {"network": _NETWORKS[network]}, "".join(lines)


def _write(
    path: Path, kind: str, name: str, group: str, created: float, parents: list[str],
    config: dict[str, Any],
) -> None:  # fmt: skip
    path.mkdir(parents=True)
    identity = {
        "schema": 1, "kind": kind, "name": name, "group": group, "created": created,
        "parents": parents, "versions": {"jupyter-workbench": "0.1.0", "tensorflow": "2.21.0"},
    }  # fmt: skip
    (path / "job.json").write_text(json.dumps(identity, indent=1))
    (path / "config.json").write_text(json.dumps(config, indent=1))
    (path / "owner.lock").write_text(json.dumps({"pid": 1, "started": created}))


def _events(
    config: wb.TrainConfig, parameters: int, start: float, chance: random.Random
) -> list[dict[str, Any]]:
    """What training writes: loss a few times an epoch, validation and a checkpoint after each."""
    lines: list[dict[str, Any]] = []

    def add(kind: str, **fields: Any) -> None:
        lines.append({"t": round(start + len(lines), 3), "type": kind, **fields})

    ceiling, pace = chance.uniform(0.6, 0.99), chance.uniform(2, 12)
    add("status", status="waiting", process={"pid": 1, "started": start})
    add("status", status="running", step=0, epoch=0.0)
    add("facts", device="CPU, 2 cores", parameters=parameters, steps_per_epoch=300)
    for epoch in range(config.epochs):
        for part in (1, 2, 3):
            done = epoch + part / 3
            rate = config.learning_rate * config.policy.factor(100 * done / config.epochs)
            loss = round(2.3 * math.exp(-done / pace) + 0.05 * chance.random(), 6)
            add("metrics", step=round(300 * done), epoch=round(done, 4), train_loss=loss,
                learning_rate=rate, images_per_second=7020.5)  # fmt: skip
            add("progress", done=round(done, 4), total=config.epochs, unit="epochs", eta=10.0)
        accuracy = ceiling * (1 - math.exp(-(epoch + 1) / pace))
        figures = {"val_loss": round(2.3 - 2.2 * accuracy, 6), "val_accuracy": round(accuracy, 6)}
        add("metrics", step=300 * (epoch + 1), epoch=epoch + 1.0, **figures)
        add("checkpoint", step=300 * (epoch + 1), epoch=epoch + 1.0, file=f"{epoch}", **figures)
    last = chance.choice(("done", "done", "done", "stopped", "failed"))
    error = {"error": "the loss is no longer a number"} if last == "failed" else {}
    add("status", status=last, **error)
    return lines


def measure(path: str, way: str) -> list[tuple[str, float, int, str]]:
    """What was measured, how much it was, how much it may be, and of what.

    Args:
        way: ``first`` when no index of the runs has been made.
    """
    started = time.perf_counter()
    app = App(wb.Home(path), "results")
    in_sight = 1000 * (time.perf_counter() - started)
    page: Any = app.page
    while not page.list.survey.rows:
        time.sleep(0.005)
        page.tick()
    rows = 1000 * (time.perf_counter() - started)
    if way == "first":
        return [
            ("open the page, no index", in_sight, OPEN_MS, "ms"),
            ("read all of them, no index", rows, READ_MS, "ms"),
        ]
    filters = ("lenet", "val_accuracy>0.9", "rotation>5 policy:step status:done", "no such")
    keys = ("val_loss min", "policy.gamma", "status", "created", "augmentation.rotation")
    filtered = [_timed(page, "filter", {"text": text}, {"text": ""}) for text in filters]
    sorted_ = [_timed(page, "sort", {"key": key}, {"key": "name"}) for key in keys]
    return [
        ("open the page with its rows", rows, OPEN_MS, "ms"),
        ("slowest of four filters", max(filtered), FILTER_MS, "ms"),
        ("slowest of five orders", max(sorted_), SORT_MS, "ms"),
        ("memory", psutil.Process().memory_info().rss / 1e6, MEMORY_MB, "MB"),
    ]


def _timed(page: Any, event: str, values: dict[str, str], rest: dict[str, str]) -> float:
    """Milliseconds of what the browser sends, after something else was sent."""

    def once() -> float:
        page.list.grid._receive(None, {"event": event, **rest}, [])
        return seconds(lambda: page.list.grid._receive(None, {"event": event, **values}, []))

    return 1000 * statistics.median(once() for _ in range(_ROUNDS))


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
