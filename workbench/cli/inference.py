"""``classify`` and ``evaluate``."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.api import train as api
from workbench.cli.output import emit, table
from workbench.cli.progress import bar
from workbench.cli.quiet import load_tensorflow
from workbench.inference import Evaluation, evaluate
from workbench.validation import check_whole


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    classify = commands.add_parser("classify", parents=[common], help="ask a network about images")
    classify.add_argument("run_id", metavar="RUN", help="id, start of an id, or name")
    classify.add_argument("images", metavar="IMAGE", nargs="+")
    classify.add_argument("--epoch", type=float, metavar="N", help="default: the best")
    classify.add_argument("--top", type=int, default=5, metavar="N", help="default: %(default)s")
    classify.add_argument("--all-predictions", action="store_true", help="the raw output too")
    classify.set_defaults(run=_classify)
    measure = commands.add_parser("evaluate", parents=[common], help="measure a network on a split")
    measure.add_argument("run_id", metavar="RUN", help="id, start of an id, or name")
    measure.add_argument("--split", default="test", choices=["train", "val", "test"])
    measure.add_argument("--epoch", type=float, metavar="N", help="default: the best")
    measure.set_defaults(run=_evaluate)


def _classify(arguments: argparse.Namespace) -> None:
    check_whole("--top", arguments.top, 1)
    run = api.run(arguments.run_id)
    load_tensorflow(arguments.debug)
    predictor = run.predictor(arguments.epoch)
    documents, lines = [], []
    for number, image in enumerate(arguments.images, start=1):
        result = predictor.classify(image)
        lines += result.lines(number, arguments.top)
        document: dict[str, Any] = {
            "image": image,
            "predictions": [
                {"class": p.index + 1, "label": p.label, "probability": p.probability}
                for p in result.top(arguments.top)
            ],
        }
        if arguments.all_predictions:
            lines.append(result.raw_line(number))
            document["output"] = [float(value) for value in result.output]
        documents.append(document)
    emit(arguments, documents, "\n".join(lines))


def _evaluate(arguments: argparse.Namespace) -> None:
    run = api.run(arguments.run_id)
    dataset = run.dataset
    dataset.split(arguments.split)  # refused before the network is loaded
    load_tensorflow(arguments.debug)
    predictor = run.predictor(arguments.epoch)
    with bar(arguments, arguments.split, "images") as show:
        evaluation = evaluate(predictor, dataset, arguments.split, show)
    emit(arguments, evaluation.to_dict(), describe(evaluation))


def describe(evaluation: Evaluation) -> str:
    """The figures, the confusion matrix and each class's share."""
    rows = []
    for i, (label, line) in enumerate(
        zip(evaluation.labels, evaluation.confusion.tolist(), strict=True)
    ):
        share = evaluation.per_class[i]["accuracy"]
        cells = {f"→{name}": count for name, count in zip(evaluation.labels, line, strict=True)}
        accuracy = "–" if share is None else f"{100 * share:.2f} %"
        rows.append({"class": label, **cells, "recognized": accuracy})
    return f"{evaluation}\n{table(rows)}"
