"""The cell that repeats an action. Whatever people typed is quoted with ``repr``."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from workbench.data import DatasetConfig
from workbench.sweeps import Range, SweepConfig
from workbench.training import Augmentation, Start
from workbench.training.config import TrainConfig
from workbench.training.defaults import defaults
from workbench.training.schedules import POLICIES
from workbench.validation import Configuration

_INDENT = "    "
_WIDTH = 79


def create_dataset(config: DatasetConfig) -> str:
    """The call that makes the dataset of a configuration."""
    arguments = [repr(config.name), _construct(config.source), f"image={_construct(config.image)}"]
    handled = ("name", "source", "image")
    return _cell("ds", "wb.create_dataset", [*arguments, *_keywords(config, handled)])


def train(
    config: TrainConfig,
    dataset: str,
    name: str | None = None,
    group: str = "",
    runner: str | None = None,
) -> str:
    """The call that starts the run of a configuration on the dataset of that name or id.

    Code of a network stands before the call, as text.
    """
    given = (("name", name), ("group", group), ("runner", runner))
    words = [f"{word}={value!r}" for word, value in given if value]
    before, arguments = _run(config, dataset, words)
    return _cell("run", "wb.train", arguments, before)


def repeat_sweep(config: SweepConfig, dataset: str, name: str | None = None) -> str:
    """The call that starts the sweep of a configuration once more."""
    varied = {field: _varied(options) for field, options in config.space.items()}
    words = [f"name={name!r}"] if name else []
    words += [f"{field}={text}" for field, text in varied.items() if "." not in field]
    dotted = [f"{field!r}: {text}" for field, text in varied.items() if "." in field]
    words += [f"vary={{{', '.join(dotted)}}}"] if dotted else []
    ranges = any(isinstance(options, Range) for options in config.space.values())
    usual = {"method": "random" if ranges else "grid"}
    words += _keywords(config, ("base", "space", "seed"), usual)
    before, arguments = _run(config.base, dataset, words, varied)
    fixed = f"network={config.base.network!r}"
    kept = [a for a in arguments if a != fixed] if "network" in varied else arguments
    return _cell("sweep", "wb.sweep", kept, before)


def _varied(options: Sequence[Any] | Range) -> str:
    """What a field varies over, as an argument."""
    if isinstance(options, Range):
        return _construct(options)
    made = [_object(value) if isinstance(value, dict) else value for value in options]
    return f"[{', '.join(_literal(value) for value in made)}]"


def _object(value: dict[str, Any]) -> Configuration:
    """The part of a configuration that these JSON values are."""
    kinds: tuple[type[Configuration], ...] = (*POLICIES.values(), Augmentation, Start)
    return next(kind for kind in kinds if kind.__name__ == value["type"]).from_dict(value)


def _run(
    config: TrainConfig, dataset: str, words: list[str], varied: Collection[str] = ()
) -> tuple[str, list[str]]:
    """What stands before a call that trains, and its arguments; ``words`` come after the network.

    Code of a network stands before, as text.
    """
    usual = defaults(config.network, config.solver) | {"epochs": None}
    code = ["code=code"] if config.code else []
    before = f"code = {_text(config.code)}\n\n" if config.code else ""
    keywords = _keywords(config, ["dataset", "network", "code", *varied], usual)
    return before, [repr(dataset), f"network={config.network!r}", *code, *words, *keywords]


def classify(run: str, image: str, epoch: float | None = None) -> str:
    """The call that classifies one image with the run of that name or id."""
    arguments = [repr(image)] if epoch is None else [repr(image), f"epoch={epoch:g}"]
    return _cell("result", f"wb.run({run!r}).classify", arguments, after="\nresult.top(5)")


def _cell(target: str, call: str, arguments: list[str], before: str = "", after: str = "") -> str:
    line = f"{target} = {call}({', '.join(arguments)})"
    if len(line) > _WIDTH:
        inner = "".join(f"{_INDENT}{argument},\n" for argument in arguments)
        line = f"{target} = {call}(\n{inner})"
    return f"import workbench as wb\n\n{before}{line}{after}"


def _text(code: str) -> str:
    """Lines of text as a literal that reads as they do, quoted so that it is exactly them."""
    marks = "'''" if '"""' in code and "'''" not in code else '"""'
    quoted = code.replace("\\", "\\\\").replace(marks, "\\" + "\\".join(marks))
    literal = f"{marks}\\\n{quoted}{marks}"
    # Whatever this way of quoting does not hold, repr does.
    return literal if _is(literal, code) else repr(code)


def _is(literal: str, text: str) -> bool:
    try:
        return ast.literal_eval(literal) == text
    except (SyntaxError, ValueError):
        return False


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
