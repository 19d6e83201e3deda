"""``dataset create | resume | list | show | explore | verify | export | delete``."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

from workbench.api import datasets as api
from workbench.cli.output import emit, moment, table, wants_bar
from workbench.cli.progress import bar
from workbench.cli.s3_keys import ask_secrets
from workbench.cli.sources import add_source_options, source_of
from workbench.data import Dataset, DatasetConfig, ImageFormat
from workbench.data.config import DUPLICATES
from workbench.data.explore import SORTS
from workbench.data.findings import KEYS
from workbench.data.images.image_format import DTYPES, RESAMPLES
from workbench.data.images.resize import FILLS, MODES
from workbench.data.records.choice import ENCODINGS
from workbench.data.report import Report, check_records
from workbench.data.sources.s3 import S3Folder
from workbench.data.splits import SPLITS
from workbench.errors import InvalidValue, WorkbenchError
from workbench.inference.result import printable
from workbench.jobs import Home, Job, JobSummary

_MOST_NAMED = 20
_FORMATS = ("lmdb", "hdf5", "tfrecord", "folder", "numpy")

# What a report names, in words.
_LEFT = {"unreadable": "unreadable", "left_out": "left out", "ignored": "other files ignored"}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    group = commands.add_parser(
        "dataset", help="create, resume, list, show, explore, verify, export, delete datasets"
    )
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_create(actions.add_parser("create", parents=[common], help="make a dataset of images"))
    actions.add_parser("list", parents=[common], help="all datasets").set_defaults(run=_list)
    for name, run, text in (
        ("show", _show, "one dataset with its report"),
        ("resume", _resume, "make one that was stopped or failed after all"),
        ("explore", _explore, "its images, page by page"),
        ("verify", _verify, "check its records and report what is odd in it"),
        ("export", _export, "write it for other programs"),
        ("delete", _delete, "delete a dataset that nothing depends on"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("id", metavar="ID", help="id, start of an id, or name")
        action.set_defaults(run=run)
        if name == "explore":
            _add_explore(action)
        if name == "export":
            action.add_argument("--format", choices=_FORMATS, required=True)
            action.add_argument("--encoding", choices=["none", "png", "jpeg"], default="png")
            action.add_argument("folder", metavar="DIR", help="a new folder")


def _add_create(create: argparse.ArgumentParser) -> None:
    option = create.add_argument
    option("name", metavar="NAME")
    add_source_options(create)
    image = create.add_argument_group("what the network sees of them")
    option = image.add_argument
    option("--width", type=int, metavar="PX", help="default: the source's own, else 256")
    option("--height", type=int, metavar="PX", help="default: the source's own, else 256")
    option("--color", choices=["rgb", "gray"], help="default: the source's own, else rgb")
    option("--channels", type=int, metavar="N", help="instead of --color")
    option("--dtype", choices=DTYPES, help="16 bits and floats are kept when asked for")
    option("--resize", choices=MODES, help="default: squash")
    option("--resample", choices=RESAMPLES, help="default: bilinear")
    option("--fill", choices=FILLS, help="padding; default: noise")
    option("--background", metavar="COLOR", help="under transparent pixels; default: white")
    rest = create.add_argument_group("and")
    option = rest.add_argument
    option("--task", default="classification", help="default: %(default)s")
    option("--encoding", choices=ENCODINGS, default="auto", help="default: %(default)s")
    option("--quality", type=int, default=90, metavar="Q", help="of JPEG; default: %(default)s")
    option("--keep-together", default="", metavar="RULE", help="folder, or a regular expression")
    option("--duplicates", choices=DUPLICATES, default="together", help="default: %(default)s")
    option("--max-unreadable-percent", type=float, default=50, metavar="P")
    option("--group", default="", metavar="NAME", help="heading to list it under")
    option("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    create.set_defaults(run=_create)


def _add_explore(explore: argparse.ArgumentParser) -> None:
    option = explore.add_argument
    option("--split", choices=SPLITS, help="default: all")
    option("--label", metavar="CLASS", help="default: all")
    option("--text", default="", help="what the path contains")
    option("--sort", choices=SORTS, default="")
    option("--finding", choices=KEYS, metavar="KEY", help="the images of one finding of verify")
    option("--offset", type=int, default=0, metavar="N")
    option("--limit", type=int, default=25, metavar="N", help="default: %(default)s")


def _create(arguments: argparse.Namespace) -> None:
    source = source_of(arguments)
    where = (arguments.endpoint, arguments.region, arguments.profile)
    secrets = ask_secrets(*where) if arguments.s3 else None
    config = DatasetConfig(
        name=arguments.name,
        source=source,
        image=_image(arguments, api.default_format(source)),
        task=arguments.task,
        seed=arguments.seed,
        group=arguments.group,
        keep_together=arguments.keep_together,
        duplicates=arguments.duplicates,
        encoding=arguments.encoding,
        quality=arguments.quality,
        max_unreadable_percent=arguments.max_unreadable_percent,
    )
    _show_made(arguments, api.make_dataset(config, secrets=secrets, bar=wants_bar(arguments)))


def _image(arguments: argparse.Namespace, default: ImageFormat) -> ImageFormat:
    colour = {"rgb": 3, "gray": 1}.get(arguments.color or "")
    if colour and arguments.channels is not None:
        raise InvalidValue("give --color or --channels, not both")
    given = {
        "width": arguments.width,
        "height": arguments.height,
        "channels": colour if arguments.channels is None else arguments.channels,
        "dtype": arguments.dtype,
        "resize": arguments.resize,
        "resample": arguments.resample,
        "fill": arguments.fill,
        "background": arguments.background,
    }
    return dataclasses.replace(default, **{n: v for n, v in given.items() if v is not None})


def _show_made(arguments: argparse.Namespace, job: Job) -> None:
    dataset = Dataset(job)
    emit(arguments, dataset.to_dict(), describe(dataset))


def _resume(arguments: argparse.Namespace) -> None:
    job = Home().job(arguments.id, "dataset")
    source = DatasetConfig.from_dict(job.config).source
    asked = None
    if isinstance(source, S3Folder):
        asked = ask_secrets(source.endpoint, source.region, source.profile)
    api.resume_dataset(job, secrets=asked)
    api.finish(job, bar=wants_bar(arguments))
    _show_made(arguments, job)


def describe(dataset: Dataset) -> str:
    """A dataset in a few lines of text, the first unreadable files named with their reasons."""
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
        # The report names the first ten thousand of each.
        counts = {
            kind: summary.facts.get(kind, len(found)) for kind, found in dataset.report.items()
        }
        for kind, words in _LEFT.items():
            if counts[kind]:
                lines.append(f"{counts[kind]:,} {words}:")
                lines += _named(dataset.report[kind], counts[kind])
    return "\n".join(lines)


def _named(found: Sequence[tuple[str, str]], count: int) -> list[str]:
    """The first of ``count`` things with their reasons, a line each."""
    lines = [f"  {printable(what)}: {printable(why)}" for what, why in found[:_MOST_NAMED]]
    more = count - len(lines)
    return [*lines, f"  … and {more:,} more"] if more > 0 else lines


def _list(arguments: argparse.Namespace) -> None:
    home = Home()
    found = home.summaries("dataset")
    documents = [_document(home, summary) for summary in found] if arguments.json else []
    emit(arguments, documents, table([_row(summary) for summary in found]))


def _document(home: Home, summary: JobSummary) -> dict[str, Any]:
    """A dataset as JSON; one that cannot be read does not keep the others from being listed."""
    try:
        return Dataset(Job(home.datasets_dir / summary.id)).to_dict()
    except WorkbenchError as error:
        names = {"id": summary.id, "name": summary.name, "status": summary.status}
        return names | {"error": str(error)}


def _row(summary: JobSummary) -> dict[str, Any]:
    try:
        size = ImageFormat.from_dict(summary.config["image"]).describe()
    except (KeyError, WorkbenchError):  # of another version, or of somebody else's
        size = "?"
    return {
        "id": summary.id,
        "name": summary.name,
        "status": summary.status,
        "images": sum(summary.facts.get("counts", {}).values()),
        "classes": summary.facts.get("classes", 0),
        "size": size,
    }


def _show(arguments: argparse.Namespace) -> None:
    dataset = api.dataset(arguments.id)
    report = dataset.report if dataset.status == "done" else {}
    emit(arguments, dataset.to_dict() | {"report": report}, describe(dataset))


def _explore(arguments: argparse.Namespace) -> None:
    dataset = api.dataset(arguments.id)
    rows: Any = None
    if arguments.finding:
        finding = Report(dataset).finding(arguments.finding)
        rows = [] if finding is None else finding.rows
    page = dataset.page(
        arguments.split, arguments.label, arguments.offset, arguments.limit,
        text=arguments.text, sort=arguments.sort, rows=rows,
    )  # fmt: skip
    known = getattr(dataset.config.source, "location", str)  # without what a reader finds it by
    found = [
        {"row": i.row, "split": i.split, "class": i.label, "path": known(i.path)}
        for i in page.items
    ]
    shown = f"{page.total:,} images" + (f"\n{table(found)}" if found else "")
    emit(arguments, {"total": page.total, "items": found}, shown)


def _verify(arguments: argparse.Namespace) -> None:
    dataset = api.dataset(arguments.id)
    checked = check_records(dataset)
    report = Report(dataset)
    lines = [f"{printable(dataset.name)} ({dataset.id}): {checked}"]
    for finding in report.findings:
        lines.append(f"{finding.tone}: {finding.count:,} {finding.title} [{finding.key}]")
        if finding.lines:
            lines += _named(finding.lines, finding.count)
        if finding.advice:
            lines.append(f"  {finding.advice}")
    if not report.findings:
        lines.append("nothing odd was found")
    lines.append("look at the images of one with: workbench dataset explore ID --finding KEY")
    emit(arguments, report.to_dict(), "\n".join(lines))


def _export(arguments: argparse.Namespace) -> None:
    from workbench.data.export import export

    dataset = api.dataset(arguments.id)
    with bar(arguments, arguments.format, "images") as show:
        path = export(
            dataset, arguments.format, arguments.folder,
            encoding=arguments.encoding, progress=show,
        )  # fmt: skip
    emit(arguments, {"format": arguments.format, "folder": str(path)}, f"written to {path}")


def _delete(arguments: argparse.Namespace) -> None:
    job = Home().job(arguments.id, "dataset")
    name = job.name
    api.delete_dataset(job)
    emit(arguments, {"deleted": job.id}, f"deleted {printable(name)} ({job.id})")
