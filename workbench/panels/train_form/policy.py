"""How the rate changes over training: a policy, and the fields of the chosen one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidValue
from workbench.panels import fields as f
from workbench.panels.train_form.inputs import digits
from workbench.panels.view import box
from workbench.training.schedules import POLICIES, Policy, policy_name

_TITLES = {
    "fixed": "Fixed",
    "step": "Step down",
    "multistep": "Several steps",
    "exponential": "Exponential",
    "inverse": "Inverse",
    "polynomial": "Polynomial",
    "sigmoid": "Sigmoid",
    "cosine": "Cosine",
    "one-cycle": "One cycle",
}
# Label and tooltip of each field, by policy where the same word means something else.
_LABELS = {
    "size": ("Step, % of training", "After each such share of training the rate is multiplied."),
    "at": ("At, % of training", "Where the rate is multiplied, such as 50, 85."),
    "power": ("Power", "The greater, the sooner the rate falls."),
    "middle": ("Middle, % of training", "Where half of the rate is reached."),
    "least": ("Least share, 0–1", "What is left of the rate at the end."),
    "peak": ("Peak, % of training", "Where the rate is highest."),
    "start": ("Share at the start, 0–1", "What the rate begins with."),
    "end": ("Share at the end, 0–1", "What is left of the rate at the end."),
    "step gamma": ("Factor at each step", "What the rate is multiplied by; 0.1 is a tenth."),
    "multistep gamma": ("Factor at each", "What the rate is multiplied by; 0.5 is half."),
    "exponential gamma": ("Factor each %", "What the rate is multiplied by with every percent."),
    "inverse gamma": ("Gamma", "The greater, the sooner the rate falls."),
    "sigmoid gamma": ("Steepness", "Below 0 the rate falls, above it rises."),
}


class PolicyFields:
    """The choice of a policy; the fields of each are made when it is first chosen.

    Args:
        changed: called when what was entered changes.
        listen: called with each field that is made.
    """

    def __init__(self, changed: Callable[[], object], listen: Callable[[f.Field], object]) -> None:
        self._changed, self._listen = changed, listen
        self.kind = f.select(
            "policy", "Rate over time", [(_TITLES[name], name) for name in POLICIES],
            "How the learning rate changes from the start of training to its end.",
        )  # fmt: skip
        self._fields: dict[str, dict[str, f.Field]] = {}
        self._places: dict[str, Any] = {}
        self._place = box()
        self.root = box(self.kind.root, self._place, kind="wb-part")
        self.kind.on_change(self._show)
        self._show()

    @property
    def fields(self) -> list[f.Field]:
        """The choice and the fields of what is chosen."""
        return [self.kind, *self._fields[self.kind.value].values()]

    def policy(self) -> Policy:
        """The policy that the fields hold.

        Raises:
            InvalidValue: a field is wrong.
        """
        name = self.kind.value
        return POLICIES[name](**{key: _read(key, fld) for key, fld in self._fields[name].items()})

    def set(self, policy: Policy) -> None:
        """Fill the fields."""
        name = policy_name(policy)
        self._make(name)
        for key, field in self._fields[name].items():
            field.value = _text(getattr(policy, key))
        self.kind.value = name
        self._show()

    def _show(self) -> None:
        self._make(self.kind.value)
        for name, place in self._places.items():
            place.layout.display = None if name == self.kind.value else "none"

    def _make(self, name: str) -> None:
        if name in self._fields:
            return
        made = {}
        for field in dataclasses.fields(POLICIES[name]):
            label, tooltip = _LABELS.get(f"{name} {field.name}") or _LABELS[field.name]
            text = _text(field.default)
            made[field.name] = f.number(f"policy.{field.name}", label, text, tooltip=tooltip)
        self._fields[name] = made
        self._places[name] = box(*(field.root for field in made.values()), kind="wb-pair")
        self._place.children = (*self._place.children, self._places[name])
        for made_field in made.values():
            self._listen(made_field)


def _text(value: Any) -> str:
    return ", ".join(digits(v) for v in value) if isinstance(value, tuple) else digits(value)


def _read(name: str, field: f.Field) -> Any:
    if name == "at":
        return _several(field)
    value = f.as_number(field)
    if value is None:
        raise InvalidValue(f"{field.name} must be given")
    return value


def _several(field: f.Field) -> tuple[float, ...]:
    parts = field.entered.replace(";", ",").replace(", ", ",").replace(" ", ",").split(",")
    try:
        return tuple(float(part) for part in parts if part)
    except ValueError:
        raise InvalidValue(
            f"{field.name} must be percents, such as 50, 85, got {field.value!r}"
        ) from None
