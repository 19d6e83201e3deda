"""``queue``, ``queue move`` and ``queue limit``."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.cli.output import emit, table
from workbench.errors import InvalidValue
from workbench.inference.result import printable
from workbench.jobs import Home
from workbench.jobs.queue import Queue
from workbench.jobs.queue.limits import as_gpus, as_whole
from workbench.jobs.queue.queue import MOVES


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    group = commands.add_parser(
        "queue", parents=[common], help="which runs train, which wait, and the limits"
    )
    group.set_defaults(run=_list)
    actions = group.add_subparsers(dest="action", metavar="ACTION")
    move = actions.add_parser("move", parents=[common], help="change the order of what waits")
    move.add_argument("id", metavar="ID", help="id, start of an id, or name of a run")
    where = move.add_mutually_exclusive_group(required=True)
    for word in MOVES:
        text = f"to the {word} place" if word in ("first", "last") else f"one place {word}"
        where.add_argument(f"--{word}", dest="where", action="store_const", const=word, help=text)
    move.set_defaults(run=_move)
    limit = actions.add_parser("limit", parents=[common], help="how many runs train at once")
    limit.add_argument("--runs", metavar="N", help="so many; 'default' is one a GPU, else one")
    limit.add_argument("--gpus", metavar="0,1", help="on these GPUs; 'all', 'none'")
    limit.set_defaults(run=_limit)


def _list(arguments: argparse.Namespace) -> None:
    queue = Home().queue
    rows = [
        {
            "id": run.id,
            "name": run.name,
            "state": run.state,
            "GPUs": ", ".join(map(str, run.gpus)) or run.devices or "–",
            "why": run.why or "–",
        }
        for run in [*queue.running(), *queue.waiting()]
    ]
    text = table(rows) if rows else "nothing runs or waits"
    emit(arguments, queue.to_dict(), f"{text}\n{_limits(queue)}")


def _move(arguments: argparse.Namespace) -> None:
    home = Home()
    job = home.job(arguments.id, "run")
    place = home.queue.move(job, arguments.where)
    text = f"{printable(job.name)} is number {place} of those that wait"
    emit(arguments, {"id": job.id, "place": place}, text)


def _limit(arguments: argparse.Namespace) -> None:
    changes: dict[str, Any] = {}
    if arguments.runs is not None:
        changes["runs_at_once"] = (
            None if arguments.runs == "default" else as_whole("runs_at_once", arguments.runs)
        )
    if arguments.gpus is not None:
        changes["gpus"] = as_gpus(arguments.gpus)
    if not changes:
        raise InvalidValue("give --runs N, --gpus 0,1, or both")
    queue = Home().queue
    queue.limit(**changes)
    emit(arguments, queue.to_dict()["limits"], _limits(queue))


def _limits(queue: Queue) -> str:
    runs = queue.slots
    text = f"{runs} run{'' if runs == 1 else 's'} at a time"
    gpus = queue.gpus()
    if not gpus:
        return f"{text}, on the processor"
    free = sum(not run for run in gpus.values())
    return f"{text}, on GPU {', '.join(map(str, gpus))}; {free} of {len(gpus)} free"
