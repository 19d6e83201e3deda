"""A run once more, with some of its fields changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.api.homes import home as current_home
from workbench.api.run import Run
from workbench.api.train import start_run
from workbench.jobs import Home
from workbench.sweeps import fields
from workbench.training.config import TrainConfig
from workbench.training.schedules import POLICIES
from workbench.training.trust import check_trusted, trust
from workbench.validation import check_choice, typed_number, typed_truth


def clone(
    run: Run | str,
    changes: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    group: str | None = None,
    runner: str | None = None,
    home: Home | None = None,
) -> Run:
    """Start a run of the same configuration, seed and all, with some fields changed.

    Args:
        run: the run, or its id or name.
        changes: values by dotted field, ``{"policy.gamma": 0.5}``.
        group: by default that of ``run``.

    Raises:
        InvalidValue: there is no such field, or a value is out of range; nothing was made.
        NotTrusted: its network is code that nobody trusts; nothing was made.
    """
    where = home or current_home()
    found = Run(where.job(run, "run")) if isinstance(run, str) else run
    config = changed(found.config, changes or {})
    if "code" in (changes or {}):
        trust(found.home, config.code)
    check_trusted(found.home, config.code, found.name)
    chosen = found.job.group if group is None else group
    return start_run(config, name=name, group=chosen, runner=runner, home=found.home)


def changed(config: TrainConfig, changes: Mapping[str, Any]) -> TrainConfig:
    """The configuration with other values in some of its dotted fields."""
    for name in changes:
        fields.types_of(name)
    return fields.applied(config, dict(changes))


def read_value(name: str, text: str) -> Any:
    """The value of a field as it is typed: ``0.01``, ``true``, ``none``, ``50,85``.

    Raises:
        InvalidValue: there is no such field, or the text is no value of its kind.
    """
    types = fields.types_of(name)
    if name == "policy":
        check_choice("policy", text, POLICIES)
        return POLICIES[text]().to_dict()
    if type(None) in types and text.lower() in ("none", ""):
        return None
    if bool in types:
        return typed_truth(name, text)
    if {int, float} & set(types):
        return typed_number(name, text, whole=int in types)
    return text if str in types else tuple(typed_number(name, part) for part in text.split(","))
