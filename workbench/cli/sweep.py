"""``sweep create | list | show | follow | stop | resume | delete``."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.api import datasets as datasets_api
from workbench.api import sweep as api
from workbench.api.waiting import wait_for
from workbench.cli.output import duration, emit, percent, say, table, wants_bar
from workbench.cli.train import configuration
from workbench.errors import InvalidValue, JobBusy, JobFailed
from workbench.inference.result import printable
from workbench.jobs import LIVE, Home, Job
from workbench.sweeps import GOALS, METHODS, RULES, Stopping, Trial
from workbench.sweeps.spelling import parse, spell, spelled
from workbench.training.config import SOLVERS
from workbench.training.schedules import POLICIES

_EXAMPLES = """what varies, for any field of workbench train --help:
  --vary learning_rate=0.1,0.01        these values
  --vary batch_size=32..256            any whole number between
  --vary learning_rate=log:1e-4..1e-1  any number between, evenly over orders of magnitude
  --vary policy.gamma=0.1,0.5          a parameter of the policy"""


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    group = commands.add_parser("sweep", help="train many runs that differ in a few fields")
    actions = group.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_create(actions, common)
    actions.add_parser("list", parents=[common], help="all sweeps").set_defaults(run=_list)
    for name, handler, text in (
        ("show", _show, "one sweep with its runs, the best first"),
        ("follow", _follow, "wait for a sweep, showing its progress"),
        ("stop", _stop, "stop a sweep and its runs; it can be resumed"),
        ("resume", _resume, "go on with the runs that are left"),
        ("delete", _delete, "delete a sweep with its runs"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("id", metavar="ID", help="id, start of an id, or name")
        action.set_defaults(run=handler)
        if name == "resume":
            action.add_argument("--detach", action="store_true", help="return at once")


def _add_create(actions: Any, common: argparse.ArgumentParser) -> None:
    create = actions.add_parser(
        "create",
        parents=[common],
        help="begin a sweep",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = create.add_argument
    option("dataset", metavar="DATASET", help="id, start of an id, or name")
    option("--vary", action="append", required=True, metavar="FIELD=VALUES", help="see below")
    option("--method", choices=METHODS, help="default: grid, with a range random")
    option("--trials", type=int, metavar="N", help="most runs; default: the whole grid, else 20")
    option("--at-once", type=int, default=1, metavar="N", help="runs at a time; default: 1")
    option("--objective", default="", metavar="FIGURE", help="default: val_accuracy")
    option("--goal", choices=GOALS, default="", help="default: highest, of a loss lowest")
    option("--stopping", choices=RULES, default="none", help="stop hopeless runs by this rule")
    option("--grace", type=float, default=1.0, metavar="EPOCHS", help="each run has; default: 1")
    option("--network", default="lenet", metavar="NAME|FILE.py", help="default: lenet")
    option("--from", dest="from_run", metavar="RUN[@EPOCH]", help="begin with its weights")
    option("--weights", metavar="FILE", help="begin with weights of a file")
    option("--epochs", type=int, metavar="N", help="default: 30")
    option("--batch-size", type=int, metavar="N", help="default: the network's own")
    option("--learning-rate", type=float, metavar="R", help="default: by network and solver")
    option("--solver", choices=SOLVERS, help="default: sgd")
    option("--policy", choices=list(POLICIES), help="default: step")
    option("--seed", type=int, metavar="N", help="of every run and what is drawn")
    option("--devices", metavar="D", help="for each run: 1 (GPUs), gpu:0,3 or cpu:2")
    option("--set", action="append", default=[], metavar="FIELD=VALUE", help="any field")
    option("--name", metavar="NAME")
    option("--detach", action="store_true", help="return at once; the sweep goes on")
    create.set_defaults(run=_create)


def _create(arguments: argparse.Namespace) -> None:
    home = Home()
    dataset = datasets_api.dataset(arguments.dataset, home)
    vary = dict(_varied(pair) for pair in arguments.vary)
    fields = configuration(arguments, home)
    config = api.sweep_config(
        dataset.id,
        {"task": dataset.task, **fields},
        vary,
        method=arguments.method,
        trials=arguments.trials,
        at_once=arguments.at_once,
        objective=arguments.objective,
        goal=arguments.goal,
        stopping=Stopping(arguments.stopping, grace=arguments.grace),
    )
    sweep = api.start_sweep(config, name=arguments.name, home=home)
    words = f"{printable(sweep.name)} ({sweep.id}): {config.total} runs"
    if arguments.detach:
        emit(arguments, sweep.to_dict(), f"{words}; it runs on its own")
        return
    say(arguments, f"{words}; Ctrl-C stops it, it can be resumed")
    _finish(arguments, sweep)


def _varied(pair: str) -> tuple[str, Any]:
    field, equals, text = pair.partition("=")
    if not equals:
        raise InvalidValue(f"--vary wants FIELD=VALUES, got {pair!r}")
    return field, parse(field, text)


def _finish(arguments: argparse.Namespace, sweep: api.Sweep, stop: bool = True) -> None:
    status = wait_for(sweep.job, bar=wants_bar(arguments), stop=stop)
    if status in ("failed", "interrupted"):
        error = sweep.summary().error or "its process was killed"
        raise JobFailed(f"{sweep.name} {status}: {error}")
    emit(arguments, sweep.to_dict(), _describe(sweep))


def _describe(sweep: api.Sweep) -> str:
    summary, monitor = sweep.summary(), sweep.config.monitor
    trials = sweep.trials
    lines = [
        f"{printable(sweep.name)} ({sweep.id}): {summary.status}, {len(trials)} of "
        f"{sweep.config.total} runs begun, {duration(summary.seconds)}"
    ]
    if summary.error:
        lines.append(printable(summary.error))
    if trials and trials[0].objective is not None:
        best = trials[0]
        lines.append(
            f"best {monitor.name} {_figure(monitor.name, best.objective)} with "
            f"{spelled(best.values)} ({best.run})"
        )
    lines.append(table([_row(trial, monitor.name) for trial in trials]))
    return "\n".join(lines)


def _row(trial: Trial, figure: str) -> dict[str, Any]:
    return {
        "number": trial.number,
        "run": trial.run,
        "status": trial.status,
        **{field: spell(value) for field, value in trial.values.items()},
        figure: _figure(figure, trial.objective),
    }


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return percent(value) if "accuracy" in name else f"{value:.4g}"


def _list(arguments: argparse.Namespace) -> None:
    home = Home()
    found = [api.Sweep(Job(home.path / "sweeps" / s.id)) for s in home.summaries("sweep")]
    rows = []
    for sweep in found:
        summary, figure = sweep.summary(), sweep.config.monitor.name
        done = summary.progress.done if summary.progress else 0
        rows.append(
            {
                "id": sweep.id,
                "name": sweep.name,
                "status": summary.status,
                "varies": ", ".join(sweep.config.space),
                "runs": f"{done:.1f}/{sweep.config.total}",
                "best": f"{figure} {_figure(figure, summary.facts.get('best'))}",
                "time": duration(summary.seconds),
            }
        )
    emit(arguments, [sweep.to_dict() for sweep in found], table(rows))


def _show(arguments: argparse.Namespace) -> None:
    sweep = api.find_sweep(arguments.id)
    emit(arguments, sweep.to_dict(), _describe(sweep))


def _follow(arguments: argparse.Namespace) -> None:
    # Somebody else's sweep: Ctrl-C ends the watching only.
    _finish(arguments, api.find_sweep(arguments.id), stop=False)


def _stop(arguments: argparse.Namespace) -> None:
    sweep = api.find_sweep(arguments.id)
    if sweep.status not in LIVE:
        raise JobBusy(f"{sweep.name} is {sweep.status}; only a running sweep can be stopped")
    sweep.stop()
    emit(arguments, sweep.to_dict(), f"{printable(sweep.name)}: {sweep.status}")


def _resume(arguments: argparse.Namespace) -> None:
    sweep = api.find_sweep(arguments.id)
    sweep.resume()
    if arguments.detach:
        emit(arguments, sweep.to_dict(), f"{printable(sweep.name)} goes on")
        return
    _finish(arguments, sweep)


def _delete(arguments: argparse.Namespace) -> None:
    sweep = api.find_sweep(arguments.id)
    name = sweep.name
    sweep.delete()
    text = f"deleted {printable(name)} ({sweep.id}) and its runs"
    emit(arguments, {"deleted": sweep.id}, text)
