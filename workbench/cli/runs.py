"""``run``: list, show, follow and steer runs, and take part in one."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.api import train as api
from workbench.api.trust import trust
from workbench.cli import compare
from workbench.cli.output import duration, emit, percent, table
from workbench.cli.quiet import load_tensorflow
from workbench.cli.train import describe, finish_run, follow_run
from workbench.errors import InvalidValue, JobBusy, JobFailed
from workbench.inference.result import printable
from workbench.jobs import LIVE, Home, Job, JobSummary
from workbench.runners.machines import take_part
from workbench.training.trust import is_trusted

_ACTIONS = {
    "show": "one run with its figures",
    "follow": "wait for a run, showing its progress",
    "stop": "stop a run; it can be resumed",
    "pause": "let a run rest with a checkpoint, its memory kept",
    "resume": "go on after a pause, or from the latest checkpoint",
    "rate": "train at another learning rate from now on",
    "extend": "train more epochs than was planned; a finished run goes on",
    "snapshot": "write a checkpoint now",
    "watch": "choose the layers, and the image, that are recorded while a run goes on",
    "trust": "let the code of a copied run's network be executed; without --yes it is shown",
    "work": "execute a run here, as one of the machines that TF_CONFIG names",
    "delete": "delete a run with its checkpoints",
}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    group = commands.add_parser("run", help="list, show, follow, control, compare, delete runs")
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", parents=[common], help="all runs").set_defaults(run=_list)
    compare.add(actions, common)
    handlers = {
        "show": _show,
        "follow": _follow,
        "stop": _stop,
        "pause": _pause,
        "resume": _resume,
        "rate": _rate,
        "extend": _extend,
        "snapshot": _snapshot,
        "watch": _watch,
        "trust": _trust,
        "work": _work,
        "delete": _delete,
    }
    for name, text in _ACTIONS.items():
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("id", metavar="ID", help="id, start of an id, or name")
        action.set_defaults(run=handlers[name])
        if name == "rate":
            action.add_argument("rate", type=float, metavar="RATE")
        if name == "extend":
            action.add_argument("epochs", type=float, metavar="EPOCHS", help="how many more")
        if name == "watch":
            action.add_argument(
                "--layers", default="", metavar="A,B", help="names; some convolutions by default"
            )
            action.add_argument(
                "--image", default="val:0", metavar="SPLIT:N", help="which image, such as val:3"
            )
        if name == "trust":
            action.add_argument("--yes", action="store_true", help="it was read and is trusted")
        if name in ("resume", "extend"):
            action.add_argument(
                "--runner", choices=["process", "ray"], default="process", help="where it goes on"
            )
            action.add_argument("--detach", action="store_true", help="return at once")


def _list(arguments: argparse.Namespace) -> None:
    # Of what is known without opening a run: there may be thousands, and odd ones among them.
    home = Home()
    found = home.summaries("run")
    documents = []
    if arguments.json:
        documents = [api.Run(Job(home.runs_dir / summary.id)).to_dict() for summary in found]
    emit(arguments, documents, table([_row(summary) for summary in found]))


def _row(summary: JobSummary) -> dict[str, str]:
    return {
        "id": summary.id,
        "name": summary.name,
        "status": summary.status,
        "network": str(summary.config.get("network")),
        "epoch": f"{summary.epoch:g}/{summary.epochs or 0:g}",
        "val accuracy": percent(summary.metrics.get("val_accuracy")),
        "time": duration(summary.seconds),
    }


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


def _pause(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    status = run.pause()
    emit(arguments, run.to_dict(), f"{printable(run.name)}: {status}")


def _resume(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    run.resume(arguments.runner)
    _go_on(arguments, run)


def _rate(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    run.set_learning_rate(arguments.rate)
    emit(arguments, run.to_dict(), f"{printable(run.name)}: rate {arguments.rate:g} from now on")


def _extend(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    run.extend(arguments.epochs, arguments.runner)
    _go_on(arguments, run)


def _go_on(arguments: argparse.Namespace, run: api.Run) -> None:
    if arguments.detach:
        emit(arguments, run.to_dict(), f"{printable(run.name)} goes on")
        return
    finish_run(arguments, run)


def _snapshot(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    run.snapshot()
    emit(arguments, run.to_dict(), f"{printable(run.name)}: a checkpoint is being written")


def _watch(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    split, _, number = arguments.image.partition(":")
    if not number.isdigit():
        raise InvalidValue(f"--image must be SPLIT:N, such as val:3; got {arguments.image!r}")
    layers = [name for name in arguments.layers.split(",") if name]
    run.watch(*layers, split=split, index=int(number))
    emit(arguments, run.to_dict(), f"{printable(run.name)}: watching {printable(arguments.image)}")


def _trust(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    code = run.config.code
    if not code:
        raise InvalidValue(f"the network of {run.name} is no code; there is nothing to trust")
    if arguments.yes:
        trust(run)
        text = f"{printable(run.name)}: its network may be executed"
    else:
        shown = "\n".join(printable(line.expandtabs()) for line in code.splitlines())
        text = f"{shown}\n\nTo let this be executed: workbench run trust {run.id} --yes"
    emit(arguments, {"id": run.id, "code": code, "trusted": is_trusted(run.home, code)}, text)


def _work(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    load_tensorflow(arguments.debug)
    status = take_part(run.job)
    if status in ("failed", "interrupted"):
        raise JobFailed(f"{run.name} {status}: {run.summary().error or 'see its log'}")
    emit(arguments, run.to_dict(), f"{printable(run.name)}: {status}")


def _delete(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.id)
    name = run.name
    run.delete()
    emit(arguments, {"deleted": run.id}, f"deleted {printable(name)} ({run.id})")
