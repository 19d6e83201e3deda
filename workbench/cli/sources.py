"""The options of ``dataset create`` that say where the images are."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.data import ImageFolder
from workbench.data.sources import Access, Source, source_class
from workbench.data.sources.derived import FromDatasets
from workbench.errors import InvalidValue
from workbench.jobs import Home

_WAYS = ("folder", "train_list", "s3", "idx", "arrays", "parquet", "database", "from_datasets")
# Which ways an option goes with; the percentages go with all.
_GOES_WITH = {
    "val_folder": ("folder",),
    "test_folder": ("folder",),
    "val_list": ("train_list",),
    "test_list": ("train_list",),
    "image_folder": ("train_list",),
    "val_database": ("database",),
    "test_database": ("database",),
    "labels": ("train_list", "database"),
    "labels_array": ("arrays",),
    "endpoint": ("s3",),
    "region": ("s3",),
    "profile": ("s3",),
    "cache": ("s3",),
    "min_per_class": ("folder", "s3"),
    "max_per_class": ("folder", "s3", "from_datasets"),
    "divide_again": ("from_datasets",),
    "rename_class": ("from_datasets",),
}
_LEAST_PER_CLASS = 2


def add_source_options(create: argparse.ArgumentParser) -> None:
    """Add them; exactly one way must be chosen."""
    where = create.add_argument_group("where the images are, one of")
    option = where.add_argument
    option("--folder", metavar="DIR", help="a sub-folder a class")
    option("--train-list", metavar="FILE", help="lines of path and class, or .csv, .tsv, .jsonl")
    option("--s3", metavar="s3://BUCKET/PREFIX/", help="a prefix a class; keys from environment")
    option("--idx", metavar="DIR", help="the idx files of the MNIST family")
    option("--arrays", metavar="FILE", help=".npz with x_train, y_train …, or .npy of images")
    option("--parquet", metavar="PATH", help="Parquet files with image bytes and labels")
    option("--database", metavar="PATH", help="LMDB, HDF5 or TFRecord to train on")
    option("--from", dest="from_datasets", metavar="ID", nargs="+", help="other datasets")
    more = create.add_argument_group("and what goes with it")
    option = more.add_argument
    option("--val-percent", type=float, default=25, metavar="P", help="default: %(default)s")
    option("--test-percent", type=float, default=0, metavar="P", help="default: %(default)s")
    option("--val-folder", metavar="DIR", help="validation images, instead of a percentage")
    option("--test-folder", metavar="DIR", help="test images, instead of a percentage")
    option("--val-list", metavar="FILE")
    option("--test-list", metavar="FILE")
    option("--val-database", metavar="PATH")
    option("--test-database", metavar="PATH")
    option("--image-folder", metavar="DIR", help="where the paths of the lists begin")
    option("--labels", metavar="FILE", help="a file with the name of a class a line")
    option("--labels-array", metavar="FILE", help="the .npy of class numbers for --arrays")
    option("--endpoint", metavar="URL", help="of the S3 server; default: Amazon's")
    option("--region", metavar="NAME")
    option("--profile", metavar="NAME", help="AWS profile that has the keys")
    option("--cache", action="store_true", help="keep what was fetched from S3")
    option("--min-per-class", type=int, metavar="N", help=f"default: {_LEAST_PER_CLASS}")
    option("--max-per-class", type=int, metavar="N", help="default: all")
    option("--divide-again", action="store_true", help="with --from: draw the splits anew")
    option(
        "--rename-class", action="append", default=[], metavar="OLD=NEW",
        help="with --from; OLD= leaves the class out",
    )  # fmt: skip


def source_of(arguments: argparse.Namespace) -> Source:
    """The source that the options describe.

    Raises:
        NotFound, DataError: a dataset that is named is gone or unfinished.
        InvalidValue: none or several ways are given, or an option is wrong or goes with another.
    """
    chosen = [way for way in _WAYS if getattr(arguments, way)]
    if len(chosen) != 1:
        names = ", ".join(map(_option, _WAYS))
        raise InvalidValue(f"say where the images are with one of {names}")
    for name, ways in _GOES_WITH.items():
        value = getattr(arguments, name)
        given = value is not None and value is not False and value != []
        if given and chosen[0] not in ways:
            right = " or ".join(map(_option, ways))
            raise InvalidValue(f"{_option(name)} goes with {right}, not with {_option(chosen[0])}")
    return _BUILDERS[chosen[0]](arguments)


def _option(name: str) -> str:
    return f"--{name.removesuffix('_datasets').replace('_', '-')}"


def _shares(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "validation_percent": arguments.val_percent,
        "test_percent": arguments.test_percent,
    }


def _limits(arguments: argparse.Namespace) -> dict[str, Any]:
    least = arguments.min_per_class
    return {
        "min_per_class": _LEAST_PER_CLASS if least is None else least,
        "max_per_class": arguments.max_per_class,
    }


def _folder(arguments: argparse.Namespace) -> Source:
    return ImageFolder(
        arguments.folder,
        validation_folder=arguments.val_folder,
        test_folder=arguments.test_folder,
        **_shares(arguments),
        **_limits(arguments),
    )


def _lists(arguments: argparse.Namespace) -> Source:
    return source_class("TextLists")(
        arguments.train_list,
        val=arguments.val_list,
        test=arguments.test_list,
        labels=arguments.labels,
        image_folder=arguments.image_folder,
        **_shares(arguments),
    )


def _s3(arguments: argparse.Namespace) -> Source:
    return source_class("S3Folder")(
        arguments.s3,
        endpoint=arguments.endpoint,
        region=arguments.region,
        profile=arguments.profile,
        cache=arguments.cache,
        **_shares(arguments),
        **_limits(arguments),
    )


def _idx(arguments: argparse.Namespace) -> Source:
    return source_class("IdxFiles")(arguments.idx, **_shares(arguments))


def _arrays(arguments: argparse.Namespace) -> Source:
    return source_class("Arrays")(
        arguments.arrays, labels_path=arguments.labels_array, **_shares(arguments)
    )


def _parquet(arguments: argparse.Namespace) -> Source:
    return source_class("ParquetImages")(arguments.parquet, **_shares(arguments))


def _database(arguments: argparse.Namespace) -> Source:
    return source_class("Database")(
        arguments.database,
        val=arguments.val_database,
        test=arguments.test_database,
        labels=arguments.labels,
        **_shares(arguments),
    )


def _datasets(arguments: argparse.Namespace) -> Source:
    classes = {}
    for pair in arguments.rename_class:
        old, equals, new = pair.partition("=")
        if not equals:
            raise InvalidValue(f"--rename-class wants OLD=NEW, got {pair!r}")
        classes[old] = new
    source = FromDatasets(
        tuple(arguments.from_datasets),
        divide="again" if arguments.divide_again else "keep",
        classes=classes,
        max_per_class=arguments.max_per_class,
        **_shares(arguments),
    )
    return source.by_ids(Access(home=Home()))


_BUILDERS = {
    "folder": _folder,
    "train_list": _lists,
    "s3": _s3,
    "idx": _idx,
    "arrays": _arrays,
    "parquet": _parquet,
    "database": _database,
    "from_datasets": _datasets,
}
