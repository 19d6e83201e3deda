"""The cell that repeats an action. Whatever people typed is quoted with ``repr``."""

from __future__ import annotations

import dataclasses
from typing import Any

from workbench import networks
from workbench.data import DatasetConfig
from workbench.training.config import TrainConfig
from workbench.validation import Configuration

_INDENT = "    "


def create_dataset(config: DatasetConfig) -> str:
    """The call that makes the dataset of a configuration."""
    arguments = [repr(config.name), _construct(config.source), f"image={_construct(config.image)}"]
    handled = ("name", "source", "image")
    return _cell("ds", "wb.create_dataset", [*arguments, *_keywords(config, handled)])


def train(config: TrainConfig, dataset: str, name: str | None = None) -> str:
    """The call that starts the run of a configuration on the dataset of that name or id."""
    arguments = [repr(dataset), f"network={config.network!r}"]
    if name:
        arguments.append(f"name={name!r}")
    card = networks.get(config.network)
    defaults = {"batch_size": card.default_batch_size, "epochs": None}
    keywords = _keywords(config, ("dataset", "network"), defaults)
    return _cell("run", "wb.train", [*arguments, *keywords])


def classify(run: str, image: str, epoch: float | None = None) -> str:
    """The call that classifies one image with the run of that name or id."""
    arguments = [repr(image)] if epoch is None else [repr(image), f"epoch={epoch:g}"]
    return _cell("result", f"wb.run({run!r}).classify", arguments, after="result.top(5)")


def _cell(target: str, call: str, arguments: list[str], after: str | None = None) -> str:
    line = f"{target} = {call}({', '.join(arguments)})"
    if len(line) > 79:
        inner = "".join(f"{_INDENT}{argument},\n" for argument in arguments)
        line = f"{target} = {call}(\n{inner})"
    return "\n".join(["import workbench as wb", "", line, *([after] if after else [])])


def _construct(value: Any) -> str:
    required = [
        f"{field.name}={_literal(getattr(value, field.name))}"
        if index
        else _literal(getattr(value, field.name))
        for index, field in enumerate(_required(value))
    ]
    keywords = _keywords(value, [field.name for field in _required(value)])
    return f"wb.{type(value).__name__}({', '.join([*required, *keywords])})"


def _required(value: Configuration) -> list[dataclasses.Field[Any]]:
    return [
        field
        for field in dataclasses.fields(value)  # type: ignore[arg-type]
        if _default(field) is dataclasses.MISSING
    ]


def _keywords(
    value: Configuration,
    handled: tuple[str, ...] | list[str],
    defaults: dict[str, Any] | None = None,
) -> list[str]:
    """The fields that differ from their defaults, as keyword arguments."""
    words = []
    for field in dataclasses.fields(value):  # type: ignore[arg-type]
        actual = getattr(value, field.name)
        default = (defaults or {}).get(field.name, _default(field))
        if field.name not in handled and actual != default:
            words.append(f"{field.name}={_literal(actual)}")
    return words


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _literal(value: Any) -> str:
    return _construct(value) if isinstance(value, Configuration) else repr(value)
