"""``run compare`` and ``run clone``."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.api import train as api
from workbench.api.clone import clone, read_value
from workbench.api.compare import compare
from workbench.cli.output import emit, say
from workbench.cli.quiet import load_tensorflow
from workbench.cli.train import finish_run
from workbench.errors import InvalidValue
from workbench.inference.result import printable


def add(actions: Any, common: argparse.ArgumentParser) -> None:
    """Add the two actions to those of ``run``."""
    action = actions.add_parser(
        "compare", parents=[common], help="figures of runs, and where their configurations differ"
    )
    action.add_argument("ids", metavar="ID", nargs="+", help="id, start of an id, or name")
    action.set_defaults(run=_compare)
    action = actions.add_parser(
        "clone", parents=[common], help="start a run of the same configuration, or nearly"
    )
    option = action.add_argument
    option("id", metavar="ID", help="id, start of an id, or name")
    option(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="another value for a field, such as policy.gamma=0.5; see workbench train --help",
    )
    option("--name", metavar="NAME", help="default: the network's and a number")
    option("--group", metavar="NAME", help="default: that of the run")
    option("--runner", choices=["process", "kernel"], default="process")
    option("--detach", action="store_true", help="return at once; the run goes on")
    action.set_defaults(run=_clone)


def _compare(arguments: argparse.Namespace) -> None:
    found = compare(*arguments.ids)
    emit(arguments, found.to_dict(), repr(found))


def _clone(arguments: argparse.Namespace) -> None:
    original = api.run(arguments.id)
    changes = dict(_change(pair) for pair in arguments.set)
    # A thread would end with this command.
    runner = "process" if arguments.detach else arguments.runner
    if runner == "kernel":
        load_tensorflow(arguments.debug)
    run = clone(original, changes, name=arguments.name, group=arguments.group, runner=runner)
    if arguments.detach:
        emit(arguments, run.to_dict(), f"{printable(run.name)} ({run.id}) runs on its own")
        return
    say(arguments, f"{printable(run.name)} ({run.id}); Ctrl-C stops it, it can be resumed")
    finish_run(arguments, run)


def _change(pair: str) -> tuple[str, Any]:
    name, equals, text = pair.partition("=")
    if not equals:
        raise InvalidValue(f"--set wants FIELD=VALUE, got {pair!r}")
    return name, read_value(name, text)
