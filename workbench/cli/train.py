"""``train`` and ``quickstart``."""

from __future__ import annotations

import argparse
import dataclasses
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench import networks
from workbench.api import datasets as datasets_api
from workbench.api import train as api
from workbench.api.run import Run
from workbench.api.waiting import wait_for
from workbench.cli.output import duration, emit, percent, say, wants_bar
from workbench.cli.quiet import load_tensorflow
from workbench.data import ImageFolder, ImageFormat
from workbench.errors import DataError, InvalidValue, JobFailed, NotFound
from workbench.inference.result import printable
from workbench.jobs import Home
from workbench.training import Augmentation, Start
from workbench.training.config import SOLVERS, TrainConfig
from workbench.training.schedules import POLICIES
from workbench.training.trust import trust
from workbench.validation import Configuration, check_choice, typed_number, typed_truth

_OWN_OPTIONS = (
    "network", "epochs", "batch_size", "learning_rate", "solver", "policy", "seed", "devices",
)  # fmt: skip
_NESTED: dict[str, type[Start | Augmentation]] = {"start": Start, "augmentation": Augmentation}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    train = commands.add_parser(
        "train",
        parents=[common],
        help="train a network on a dataset",
        epilog=_all_fields(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = train.add_argument
    option("dataset", metavar="DATASET", help="id, start of an id, or name")
    option("--network", metavar="NAME|FILE.py", default="lenet",
           help=f"{', '.join(networks.catalogue())}, or your own code; default: lenet")  # fmt: skip
    option("--from", dest="from_run", metavar="RUN[@EPOCH]", help="begin with its weights")
    option("--weights", metavar="FILE", help="begin with weights: .npz, .keras, .weights.h5, …")
    option("--epochs", type=int, metavar="N", help="default: 30")
    option("--batch-size", type=int, metavar="N", help="default: the network's own")
    option("--learning-rate", type=float, metavar="R", help="default: by network and solver")
    option("--solver", choices=SOLVERS, help="default: sgd")
    option("--policy", choices=list(POLICIES), help="default: step")
    option("--seed", type=int, metavar="N", help="default: drawn and noted")
    option("--devices", metavar="D", help="2 (GPUs), gpu:0,3 or cpu:2; default: the least used GPU")
    option("--runner", choices=["process", "kernel", "ray", api.MACHINES], default="process",
           help="ray: on the cluster of RAY_ADDRESS, or this machine as one; "
           "machines: make the run for several to execute with `run work`")  # fmt: skip
    option("--workers", type=int, metavar="N", help="of a Ray cluster; default: one a machine")
    option("--name", metavar="NAME")
    option("--group", default="", metavar="NAME")
    option("--detach", action="store_true", help="return at once; the run goes on")
    option("--set", action="append", default=[], metavar="FIELD=VALUE", help="any field, below")
    train.set_defaults(run=_train)
    quick = commands.add_parser(
        "quickstart", parents=[common], help="MNIST, LeNet, evaluate, classify one"
    )
    quick.add_argument("--epochs", type=int, default=5, metavar="N", help="default: %(default)s")
    quick.set_defaults(run=_quickstart)


def _all_fields() -> str:
    lines = ["fields for --set, with their defaults:"]
    for field in dataclasses.fields(TrainConfig):
        if field.name in ("dataset", "task", "code"):
            continue
        if field.name == "policy":
            lines.append("  policy=step")
            for name, kind in POLICIES.items():
                for part in dataclasses.fields(kind):
                    lines.append(f"    policy.{part.name}={_text(part.default)}  ({name})")
        elif (nested := _NESTED.get(field.name)) is not None:
            for part in dataclasses.fields(nested):
                lines.append(f"  {field.name}.{part.name}={_text(part.default)}")
        else:
            lines.append(f"  {field.name}={_text(field.default)}")
    return "\n".join(lines)


def _text(value: Any) -> str:
    return ",".join(f"{part:g}" for part in value) if isinstance(value, tuple) else str(value)


def configuration(arguments: argparse.Namespace, home: Home) -> dict[str, Any]:
    """The fields of TrainConfig that the arguments give.

    Raises:
        InvalidValue: a ``--set`` names no field, or its value cannot be read.
        NotFound: there is no such file, run or checkpoint.
    """
    given = {name: getattr(arguments, name) for name in _OWN_OPTIONS}
    fields = {name: value for name, value in given.items() if value is not None}
    if str(fields.get("network", "")).endswith(".py"):
        fields |= {"network": networks.CUSTOM, "code": read_code(fields["network"])}
    parts = settings(arguments.set)
    if arguments.from_run:
        parts.setdefault("start", {})["run"] = api.checkpoint_reference(arguments.from_run, home)
    if arguments.weights:
        parts.setdefault("start", {})["weights"] = weights_path(arguments.weights)
    return fields | build_parts(parts, str(fields.get("policy", "step")))


def read_code(path: str) -> str:
    """The text of a network's file.

    Raises:
        NotFound: there is none.
        DataError: it is no text.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as Python code ({error})") from error


def weights_path(word: str) -> str:
    """A file of weights as a path that holds wherever the run is executed.

    Raises:
        NotFound: there is no such file or folder.
    """
    if word == "imagenet":
        return word
    path = Path(word).expanduser().absolute()
    if not path.exists():
        raise NotFound(f"there is no file {word}")
    return str(path)


def settings(pairs: Sequence[str]) -> dict[str, Any]:
    """``FIELD=VALUE`` texts as values by field, those of a part by its name.

    Raises:
        InvalidValue: there is no such field, or its value cannot be read.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise InvalidValue(f"--set wants FIELD=VALUE, got {pair!r}")
        part, dot, inner = name.partition(".")
        if not dot:
            found[name] = read_value(TrainConfig, name, name, text)
        elif part == "policy":
            found.setdefault(part, {})[inner] = _policy_value(name, inner, text)
        elif part in _NESTED:
            found.setdefault(part, {})[inner] = read_value(_NESTED[part], inner, name, text)
        else:
            raise InvalidValue(f"there is no field {name!r} to set; there is no part {part!r}")
    return found


def build_parts(values: dict[str, Any], policy: str) -> dict[str, Any]:
    """Make the parts of a configuration of their values.

    Args:
        values: as ``settings`` gives them.
        policy: the policy meant where none is set.

    Raises:
        InvalidValue: a value is out of its range.
    """
    fields = dict(values)
    for name, kind in _NESTED.items():
        if name in fields:
            fields[name] = kind.from_dict(fields[name])
    chosen = fields.pop("policy", None)
    word = chosen if isinstance(chosen, str) else policy
    check_choice("policy", word, POLICIES)
    fields["policy"] = POLICIES[word].from_dict(chosen if isinstance(chosen, dict) else {})
    return fields


def read_value(kind: type[Configuration], field: str, name: str, text: str) -> Any:
    """A value as its field wants it, out of the text that people wrote.

    Raises:
        InvalidValue: there is no such field, or the text cannot be read.
    """
    hints = typing.get_type_hints(kind)
    unset = ("dataset", "code", *_NESTED)
    if field not in hints or (kind is TrainConfig and field in unset):
        known = ", ".join(sorted(hints.keys() - set(unset)))
        raise InvalidValue(f"there is no field {name!r} to set; there are {known}")
    types = typing.get_args(hints[field]) or (hints[field],)
    if type(None) in types and text.lower() == "none":
        return None
    if bool in types:
        return typed_truth(name, text)
    if int in types or float in types:
        return typed_number(name, text, whole=int in types)
    return text


def _policy_value(name: str, field: str, text: str) -> Any:
    if field == "at":
        return tuple(typed_number(name, part) for part in text.split(","))
    return typed_number(name, text)


def _train(arguments: argparse.Namespace) -> None:
    home = Home()
    dataset = datasets_api.dataset(arguments.dataset, home)
    config = api.train_config(dataset.id, task=dataset.task, **configuration(arguments, home))
    trust(home, config.code)  # a file that was named in the command
    # A thread would end with this command.
    runner = (
        "process" if (arguments.detach, arguments.runner) == (True, "kernel") else arguments.runner
    )
    if runner == "kernel":
        load_tensorflow(arguments.debug)
    run = api.start_run(
        config,
        name=arguments.name,
        group=arguments.group,
        runner=runner,
        workers=arguments.workers,
        home=home,
    )
    if runner == api.MACHINES:
        emit(
            arguments,
            run.to_dict(),
            f"{printable(run.name)} ({run.id}) is to be executed by machines",
        )
        return
    if arguments.detach:
        emit(arguments, run.to_dict(), f"{printable(run.name)} ({run.id}) runs on its own")
        return
    say(arguments, f"{printable(run.name)} ({run.id}); Ctrl-C stops it, it can be resumed")
    finish_run(arguments, run)


def finish_run(arguments: argparse.Namespace, run: Run) -> None:
    """Wait for a run and print how it ended.

    Raises:
        JobFailed: it failed.
    """
    _finished(arguments, run, wait_for(run.job, bar=wants_bar(arguments)))


def follow_run(arguments: argparse.Namespace, run: Run) -> None:
    """Watch a run somebody else started: Ctrl-C ends the watching only.

    Raises:
        JobFailed: it failed.
    """
    status = wait_for(run.job, bar=wants_bar(arguments), stop=False)
    _finished(arguments, run, status)


def _finished(arguments: argparse.Namespace, run: Run, status: str) -> None:
    summary = run.summary()
    if status in ("failed", "interrupted"):
        raise JobFailed(f"{run.name} {status}: {summary.error or 'its process was killed'}")
    emit(arguments, run.to_dict(), describe(run))


def describe(run: Run) -> str:
    """A run in a few lines of text."""
    summary, config = run.summary(), run.config
    epochs = summary.epochs or config.epochs
    lines = [
        f"{printable(run.name)} ({run.id}): {summary.status}, "
        f"epoch {summary.epoch:g} of {epochs:g}, {duration(summary.seconds)}",
        f"network {config.network}, {config.solver}, rate {config.learning_rate:g}, "
        f"batch {config.batch_size}, seed {config.seed}",
    ]
    if summary.error:
        lines.append(printable(summary.error))
    best = run.history.best()
    if best is not None:
        lines.append(f"best validation accuracy {percent(best[1])} at epoch {best[0]:g}")
    for name, value in summary.metrics.items():
        lines.append(f"{name}: {percent(value) if 'accuracy' in name else f'{value:.4g}'}")
    return "\n".join(lines)


def _quickstart(arguments: argparse.Namespace) -> None:
    from workbench import samples
    from workbench.cli.progress import bar

    say(arguments, "1. MNIST: 70,000 handwritten digits, 28×28 grey, as PNG files")
    with bar(arguments, "writing", "images") as show:
        folder = samples.mnist(progress=show)
    say(arguments, "2. A dataset of them: a tenth to validate, 10,000 to test")
    dataset = datasets_api.create_dataset(
        "mnist",
        ImageFolder(str(folder / "train"), validation_percent=10, test_folder=str(folder / "test")),
        image=ImageFormat(width=28, height=28, channels=1),
    )
    say(arguments, f"   {dataset}, {duration(dataset.job.summary().seconds)}")
    say(arguments, f"3. LeNet, {arguments.epochs} epochs")
    run = api.train(dataset, network="lenet", epochs=arguments.epochs, runner="process")
    status = wait_for(run.job, bar=wants_bar(arguments))
    if status != "done":
        raise JobFailed(f"{run.name} {status}: {run.summary().error}")
    say(arguments, f"   {describe(run)}")
    say(arguments, "4. The best epoch on the 10,000 test images")
    load_tensorflow(arguments.debug)
    evaluation = run.evaluate("test")
    say(arguments, f"   {evaluation}")
    image = min((folder / "test" / "5").iterdir())
    say(arguments, f"5. One of them: {image}")
    result = run.classify(image, layers=False)
    document = {
        "dataset": dataset.to_dict(),
        "run": run.to_dict(),
        "evaluation": evaluation.to_dict(),
        "classify": {"image": str(image), "lines": result.lines()},
    }
    emit(arguments, document, "\n".join([str(evaluation), *result.lines()]))
