"""The figures of a dataset: what it is, where it came from, how its images are spread."""

from __future__ import annotations

from typing import Any

from workbench.data import Dataset
from workbench.data.images.visible import visible
from workbench.errors import NotFound, WorkbenchError
from workbench.jobs import Event, Home, Job, JobSummary
from workbench.panels import format as fmt
from workbench.panels.pictures import range_of
from workbench.panels.view import View

_DUPLICATES = {
    "together": "kept in one split, where splits are drawn",
    "drop": "one of each kept",
    "ignore": "ignored",
}


def about(dataset: Dataset, home: Home) -> str:
    """``10 classes · 28×28 grey · folder /data/digits``."""
    return " · ".join(
        [f"{len(dataset.labels):,} classes", dataset.image.describe(), _source(dataset, home)]
    )


def _source(dataset: Dataset, home: Home) -> str:
    """Where the images came from; datasets by the names people gave them."""
    parents = [_link(home, parent)["text"] for parent in _named(dataset)]
    return f"from {', '.join(parents)}" if parents else dataset.config.source.describe()


def facts_of(dataset: Dataset, home: Home, summary: JobSummary) -> list[tuple[str, Any]]:
    """Names and values; a value may be links to other jobs."""
    config, image = dataset.config, dataset.image
    padded = image.resize in ("fill", "half-crop")
    counts = [f"{fmt.count(len(part))} {name}" for name, part in dataset.splits.items()]
    repeated = summary.facts.get("repeated", 0)
    parents = [_link(home, parent) for parent in _named(dataset)]
    users = [
        {"text": user.name, "event": f"open_{user.kind}", "id": user.id}
        for user in home.dependants(dataset.job)
    ]
    return [
        ("Images", ", ".join(counts)),
        *([("Left out", f"{repeated:,} repeated images")] if repeated else []),
        ("Classes", f"{len(dataset.labels):,}"),
        ("Format", image.describe()),
        ("Resize", f"{image.resize}, padded with {image.fill}" if padded else image.resize),
        ("Seed", str(config.seed)),
        ("Made from", parents) if parents else ("Source", config.source.describe()),
        *([("Used by", users)] if users else []),
        ("Duplicates", _DUPLICATES.get(config.duplicates, config.duplicates)),
        *([("Kept together", config.keep_together)] if config.keep_together else []),
        *([("Group", dataset.job.group)] if dataset.job.group else []),
        ("On disk", fmt.size(dataset.job.size_bytes())),
        ("Folder", str(dataset.job.path)),
        ("Made", fmt.clock(summary.finished or dataset.job.created)),
        ("Took", _took(summary.seconds)),
    ]


def counts_of(dataset: Dataset) -> View:
    """Images of every class, by split."""
    splits = list(dataset.splits)
    rows = [
        {"label": label, "counts": [dataset.counts[split][label] for split in splits]}
        for label in dataset.labels
    ]
    return View("counts", rows=rows, splits=splits)


def mean_of(dataset: Dataset) -> View:
    """The mean training image."""
    mean = dataset.mean_image
    range_ = {"uint8": (0.0, 255.0), "uint16": (0.0, 65535.0)}.get(dataset.image.dtype)
    shown = visible(mean, range_ or range_of(dataset))
    height, width, channels = shown.shape
    picture = View(
        "picture", width=width, height=height, channels=channels, label="mean training image"
    )
    picture.blob = shown.tobytes()
    return picture


def history_of(job: Job) -> View:
    """When its status changed."""
    statuses = [event for event in job.events()[0] if event.get("type") == "status"]
    lines = [[fmt.clock(event["t"]), _status(event)] for event in statuses]
    return View("lines", title="History", lines=lines)


def size_charts(sizes: dict[str, list[float]]) -> dict[str, Any]:
    """Histograms of the originals' width, height and aspect, as view.js draws them."""
    charts = []
    for name, label, unit in (
        ("width", "width", " px"), ("height", "height", " px"), ("aspect", "width : height", ""),
    ):  # fmt: skip
        edges = sizes[f"{name}_edges"]
        digits = 0 if unit else 2
        low, high = (f"{edge:,.{digits}f}{unit}" for edge in (edges[0], edges[-1]))
        charts.append({"label": label, "counts": sizes[name], "low": low, "high": high})
    return {"title": "Sizes of the originals", "charts": charts}


def _named(dataset: Dataset) -> tuple[str, ...]:
    """The datasets it was made of; its parents may be more, whose records it shows."""
    return tuple(getattr(dataset.config.source, "datasets", ()))


def _link(home: Home, dataset_id: str) -> dict[str, str]:
    try:
        job = home.job(dataset_id, "dataset")
    except (NotFound, WorkbenchError):
        return {"text": f"{dataset_id}, which is gone"}
    return {"text": job.name, "event": "open_dataset", "id": job.id}


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else fmt.duration(seconds)


def _status(event: Event) -> str:
    text = str(event.get("status"))
    return f"{text}: {event['error']}" if event.get("error") else text
