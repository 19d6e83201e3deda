"""A dataset of a million images: its page, its filters and the memory they take, beside targets."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

import workbench as wb
from benchmarks.timing import report, seconds
from workbench.data import Dataset
from workbench.data.records.memory_map import MemoryMapWriter
from workbench.data.splits import SPLITS
from workbench.data.statistics import counts
from workbench.data.table import TableWriter, blocks
from workbench.jobs import EventWriter, Job
from workbench.storage import write_json

ROWS = 1_000_000
CLASSES = 1000
_SIDE = 32
_ROUNDS = 5
PAGE_MS, FILTER_MS, MEMORY_MB = 150, 300, 500


def run() -> None:
    """Print times and memory as shares of what they may be."""
    job = build(wb.Home())
    command = [sys.executable, "-m", "benchmarks.explore", str(job.path)]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode:
        raise RuntimeError(found.stderr)
    for what, value, most, unit in json.loads(found.stdout.splitlines()[-1]):
        report(f"{ROWS:,} images: {what}", value / most, "<= 1", f"{value:.0f} of {most} {unit}")


def build(home: wb.Home, rows: int = ROWS, classes: int = CLASSES) -> Job:
    """A finished dataset of that many black images; its files are as a creation leaves them."""
    image = wb.ImageFormat(width=_SIDE, height=_SIDE, channels=3)
    config = wb.DatasetConfig("million", wb.ImageFolder("/data/million"), image)
    job = home.create_job("dataset", config.name, config.to_dict())
    folder = job.path / "records"
    random = np.random.default_rng(0)
    folder.mkdir()
    table = TableWriter(folder)
    for start, stop in blocks(rows, 10_000):
        count = stop - start
        label = np.arange(start, stop) * classes // rows
        names = [
            f"/data/million/class-{c:04}/{'batch' if n % 50 else 'Rare'}-{n:07}.png"
            for n, c in zip(range(start, stop), label.tolist(), strict=True)
        ]
        table.add(
            names, label=label, split=random.choice([1, 1, 1, 2, 3], count),
            record=np.arange(start, stop), width=random.integers(20, 600, count),
            height=random.integers(20, 600, count), spread=random.random(count) * 80,
            sha256=random.integers(0, 256, (count, 32), np.uint8),
            look=random.integers(0, 1 << 63, count).astype(np.uint64),
            twin=np.where(random.random(count) < 0.02, random.integers(0, 9000, count), -1),
            kin=np.where(random.random(count) < 0.05, random.integers(0, 20_000, count), -1),
        )  # fmt: skip
    finished = table.finish()
    store = MemoryMapWriter(folder, image.shape, image.dtype)
    store.put(0, rows)
    store.finish()  # a sparse file
    _describe(job, finished, classes)
    return job


def _describe(job: Job, table: object, classes: int) -> None:
    folder = job.path / "records"
    numbers = {
        split: counts(table["label"][table.rows_of(split)], classes)  # type: ignore[index, attr-defined]
        for split in SPLITS
    }
    write_json(folder / "labels.json", [f"class-{number:04}" for number in range(classes)])
    write_json(folder / "report.json", {"unreadable": [], "ignored": [], "left_out": []})
    write_json(folder / "statistics.json", {"counts": numbers, "range": [0, 255]})
    np.save(folder / "mean_image.npy", np.zeros((_SIDE, _SIDE, 3)), allow_pickle=False)
    with EventWriter(job.path / "events.jsonl") as events:
        facts = {split: sum(found) for split, found in numbers.items()}
        events.write("facts", counts=facts, classes=classes, unreadable=0, ignored=0)
        events.write("status", status="done", sync=True)


def measure(path: str) -> list[tuple[str, float, int, str]]:
    """What was measured, how much it was, how much it may be, and of what."""
    import psutil

    from workbench.panels.app import App

    app = App(wb.Home(Job(path).path.parents[1]), "data")

    def opened() -> float:
        taken = seconds(lambda: app.open_dataset(Job(path).id))
        while app.page.busy:  # its report is made in a thread
            app.page.tick()
            time.sleep(0.01)
        return taken

    opened()
    found = [("open the images", _median(lambda: _open(path)), PAGE_MS, "ms")]
    whole = 1000 * statistics.median(opened() for _ in range(_ROUNDS))
    found.append(("open the page with all its widgets", whole, PAGE_MS, "ms"))
    explorer = app.page._view.explorer

    def timed(**query: object) -> float:
        def once() -> float:
            explorer.show_query()
            return seconds(lambda: explorer.show_query(**query))

        return 1000 * statistics.median(once() for _ in range(_ROUNDS))

    for what, query in {
        "filter by class": {"label": 321},
        "filter by text, one in fifty": {"text": "rare"},
        "filter by text, every image": {"text": ".PNG"},
        "filter by text, one image": {"text": "0777777"},
        "filter by split, class and text": {"split": "val", "label": 5, "text": "batch"},
        "sort by width": {"sort": "width", "descending": True},
    }.items():
        found.append((what, timed(**query), FILTER_MS, "ms"))
    found.append(("turn a page", _median(lambda: explorer.go(600_000)), PAGE_MS, "ms"))
    memory = psutil.Process().memory_info()
    found.append(("memory, report made", memory.rss / 1e6, MEMORY_MB, "MB"))
    return found


def _open(path: str) -> None:
    from workbench.panels.pictures import thumbnails

    dataset = Dataset(Job(path))
    page = dataset.page(None, sort="mixed")
    thumbnails(dataset.images([item.row for item in page.items]))


def _median(work: Callable[[], object]) -> float:
    return 1000 * statistics.median(seconds(work) for _ in range(_ROUNDS))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
