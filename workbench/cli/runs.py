"""``run list | show | follow | stop | resume | delete``."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.api import train as api
from workbench.cli.output import duration, emit, percent, table
from workbench.cli.train import describe, finish_run, follow_run
from workbench.errors import JobBusy
from workbench.inference.result import printable
from workbench.jobs import LIVE, Home, Job

_ACTIONS = {
    "show": "one run with its figures",
    "follow": "wait for a run, showing its progress",
    "stop": "stop a run; it can be resumed",
    "resume": "go on from the latest checkpoint",
    "delete": "delete a run with its checkpoints",
}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    group = commands.add_parser("run", help="list, show, follow, stop, resume, delete runs")
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", parents=[common], help="all runs").set_defaults(run=_list)
    handlers = {
        "show": _show,
        "follow": _follow,
        "stop": _stop,
        "resume": _resume,
        "delete": _delete,
    }
    for name, text in _ACTIONS.items():
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("id", metavar="ID", help="id, start of an id, or name")
        action.set_defaults(run=handlers[name])
        if name == "resume":
            action.add_argument("--detach", action="store_true", help="return at once")


def _list(arguments: argparse.Namespace) -> None:
    home = Home()
    found = [api.Run(Job(home.runs_dir / s.id)) for s in home.summaries("run")]
    rows = []
    for run in found:
        summary = run.summary()
        rows.append(
            {
                "id": run.id,
                "name": run.name,
                "status": summary.status,
                "network": run.config.network,
                "epoch": f"{summary.epoch:g}/{run.config.epochs}",
                "val accuracy": percent(summary.metrics.get("val_accuracy")),
                "time": duration(summary.seconds),
            }
        )
    emit(arguments, [run.to_dict() for run in found], table(rows))


def _show(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    emit(arguments, run.to_dict(), describe(run))


def _follow(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    follow_run(arguments, run)


def _stop(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    if run.status not in LIVE:
        raise JobBusy(f"{run.name} is {run.status}; only a running run can be stopped")
    run.stop()
    emit(
        arguments,
        run.to_dict(),
        f"{printable(run.name)}: {run.status} at epoch {run.summary().epoch:g}",
    )


def _resume(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    run.resume("process")
    if arguments.detach:
        emit(arguments, run.to_dict(), f"{printable(run.name)} goes on")
        return
    finish_run(arguments, run)


def _delete(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    name = run.name
    run.delete()
    emit(arguments, {"deleted": run.id}, f"deleted {printable(name)} ({run.id})")
