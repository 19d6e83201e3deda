"""``find-lr``."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.api import datasets as datasets_api
from workbench.api.lr import find_learning_rate
from workbench.api.train import train_config
from workbench.cli.output import emit
from workbench.cli.progress import bar
from workbench.cli.quiet import load_tensorflow
from workbench.cli.train import configuration
from workbench.jobs import Home
from workbench.training.config import SOLVERS


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    command = commands.add_parser(
        "find-lr", parents=[common], help="train a little at rising rates and suggest one"
    )
    option = command.add_argument
    option("dataset", metavar="DATASET", help="id, start of an id, or name")
    option("--network", metavar="NAME|FILE.py", default="lenet", help="default: lenet")
    option("--from", dest="from_run", metavar="RUN[@EPOCH]", help="begin with its weights")
    option("--weights", metavar="FILE", help="begin with weights: .npz, .keras, .weights.h5, …")
    option("--solver", choices=SOLVERS, help="default: sgd")
    option("--batch-size", type=int, metavar="N", help="default: the network's own")
    option("--seed", type=int, metavar="N", help="default: 0")
    option("--steps", type=int, default=100, metavar="N", help="default: %(default)s")
    option("--set", action="append", default=[], metavar="FIELD=VALUE",
           help="any field of a run, see workbench train --help")  # fmt: skip
    unused = {"epochs": None, "learning_rate": None, "policy": None, "devices": None}
    command.set_defaults(run=_find, **unused)


def _find(arguments: argparse.Namespace) -> None:
    home = Home()
    dataset = datasets_api.dataset(arguments.dataset, home)
    config = train_config(dataset.id, task=dataset.task, **configuration(arguments, home))
    load_tensorflow(arguments.debug)
    with bar(arguments, "finding a rate", "steps") as show:
        curve = find_learning_rate(
            dataset, config=config, steps=arguments.steps, progress=show, home=home
        )
    if curve.suggestion is None:
        text = "no rate made the loss fall; try more --steps, another solver or a larger batch"
    else:
        text = f"learning rate {curve.suggestion:.2g}; {curve.tenth:.2g} is more careful"
    emit(arguments, curve.to_dict(), text)
