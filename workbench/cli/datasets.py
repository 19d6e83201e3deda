"""``dataset create | list | show | delete``."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.api import datasets as api
from workbench.cli.output import emit, moment, table, wants_bar
from workbench.data import Dataset, DatasetConfig, ImageFolder, ImageFormat
from workbench.data.resize import FILLS, MODES
from workbench.inference.result import printable
from workbench.jobs import Home, Job


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    group = commands.add_parser("dataset", help="create, list, show, delete datasets")
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_create(actions.add_parser("create", parents=[common], help="make a dataset of images"))
    actions.add_parser("list", parents=[common], help="all datasets").set_defaults(run=_list)
    for name, run, text in (
        ("show", _show, "one dataset with its report"),
        ("delete", _delete, "delete a dataset that no run depends on"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("id", metavar="ID", help="id, start of an id, or name")
        action.set_defaults(run=run)


def _add_create(create: argparse.ArgumentParser) -> None:
    option = create.add_argument
    option("name", metavar="NAME")
    option("--task", default="classification", help="default: %(default)s")
    option("--folder", metavar="DIR", required=True, help="a sub-folder a class")
    option("--val-percent", type=float, default=25, metavar="P", help="default: %(default)s")
    option("--test-percent", type=float, default=0, metavar="P", help="default: %(default)s")
    option("--val-folder", metavar="DIR", help="validation images, instead of a percentage")
    option("--test-folder", metavar="DIR", help="test images, instead of a percentage")
    option("--min-per-class", type=int, default=2, metavar="N", help="default: %(default)s")
    option("--max-per-class", type=int, metavar="N", help="default: all")
    option("--width", type=int, default=256, metavar="PX", help="default: %(default)s")
    option("--height", type=int, default=256, metavar="PX", help="default: %(default)s")
    option("--color", choices=["rgb", "gray"], default="rgb", help="default: %(default)s")
    option("--resize", choices=MODES, default="squash", help="default: %(default)s")
    option("--fill", choices=FILLS, default="noise", help="padding; default: %(default)s")
    option("--max-unreadable-percent", type=float, default=50, metavar="P")
    option("--group", default="", metavar="NAME", help="heading to list it under")
    option("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    create.set_defaults(run=_create)


def _create(arguments: argparse.Namespace) -> None:
    source = ImageFolder(
        arguments.folder,
        validation_percent=arguments.val_percent,
        test_percent=arguments.test_percent,
        validation_folder=arguments.val_folder,
        test_folder=arguments.test_folder,
        min_per_class=arguments.min_per_class,
        max_per_class=arguments.max_per_class,
    )
    image = ImageFormat(
        width=arguments.width,
        height=arguments.height,
        channels=3 if arguments.color == "rgb" else 1,
        resize=arguments.resize,
        fill=arguments.fill,
    )
    config = DatasetConfig(
        name=arguments.name,
        source=source,
        image=image,
        task=arguments.task,
        seed=arguments.seed,
        group=arguments.group,
        max_unreadable_percent=arguments.max_unreadable_percent,
    )
    job = api.start_dataset(config)
    api.finish(job, bar=wants_bar(arguments))
    dataset = Dataset(job)
    emit(arguments, dataset.to_dict(), describe(dataset))


def describe(dataset: Dataset) -> str:
    """A dataset in a few lines of text, every unreadable file named with its reason."""
    summary = dataset.job.summary()
    lines = [
        f"{printable(dataset.name)} ({dataset.id}): {summary.status}",
        f"from {printable(dataset.config.source.describe())}, {dataset.image.describe()}, "
        f"{dataset.image.resize}, made {moment(dataset.job.created)}",
    ]
    if summary.error:
        lines.append(printable(summary.error))
    if summary.status == "done":
        rows = [
            {"class": label, **{s: counts[label] for s, counts in dataset.counts.items()}}
            for label in dataset.labels
        ]
        lines.append(table(rows))
        for kind in ("unreadable", "left_out"):
            found = dataset.report[kind]
            if found:
                lines.append(f"{len(found):,} {kind.replace('_', ' ')}:")
                lines += [f"  {printable(path)}: {printable(reason)}" for path, reason in found]
        if dataset.report["ignored"]:
            count = len(dataset.report["ignored"])
            lines.append(f"{count:,} other files were ignored, being no images by their names")
    return "\n".join(lines)


def _list(arguments: argparse.Namespace) -> None:
    home = Home()
    found = [Dataset(Job(home.datasets_dir / s.id)) for s in home.summaries("dataset")]
    documents = [dataset.to_dict() for dataset in found]
    rows = [
        {
            "id": document["id"],
            "name": document["name"],
            "status": document["status"],
            "images": sum(split["count"] for split in document["splits"].values()),
            "classes": len(document["labels"]),
            "size": dataset.image.describe(),
        }
        for dataset, document in zip(found, documents, strict=True)
    ]
    emit(arguments, documents, table(rows))


def _show(arguments: argparse.Namespace) -> None:
    dataset = api.dataset(arguments.id)
    report = dataset.report if dataset.status == "done" else {}
    emit(arguments, dataset.to_dict() | {"report": report}, describe(dataset))


def _delete(arguments: argparse.Namespace) -> None:
    home = Home()
    job = home.job(arguments.id, "dataset")
    name = job.name
    home.delete(job)
    emit(arguments, {"deleted": job.id}, f"deleted {printable(name)} ({job.id})")
