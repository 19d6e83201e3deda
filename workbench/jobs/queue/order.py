"""Who may go: the rule of the queue, as a pure function.

Runs go in the order they were queued. One that wants GPUs which are busy lets later ones that can
go pass, so that nothing idles; when so many as ``PATIENCE`` have passed it, nobody behind it goes
any more before it has gone itself, so that it does not wait for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import InvalidValue

PATIENCE = 3


@dataclass(frozen=True)
class Claim:
    """What a waiting run wants.

    Attributes:
        job: its id.
        count: how many GPUs, whichever.
        named: the GPUs it wants and no others; then ``count`` is their number.
        passed: how many later runs have gone before it.
    """

    job: str
    count: int = 0
    named: tuple[int, ...] = ()
    passed: int = 0


def wanted(job: str, devices: str, allowed: Sequence[int], passed: int = 0) -> Claim:
    """What a run with ``devices`` of its configuration wants where some GPUs are ``allowed``.

    Without a wish it takes one GPU, or none where there is none; ``cpu:…`` takes none.

    Raises:
        InvalidValue: it wants GPUs that it can never have.
    """
    if devices.startswith("cpu"):
        return Claim(job, passed=passed)
    if not devices:
        return Claim(job, min(1, len(allowed)), passed=passed)
    if devices.isdecimal():
        if int(devices) > len(allowed):
            raise InvalidValue(f"the run wants {_gpus(int(devices))}, {_there(allowed)}")
        return Claim(job, int(devices), passed=passed)
    named = tuple(dict.fromkeys(int(word) for word in devices.removeprefix("gpu:").split(",")))
    if missing := sorted(set(named) - set(allowed)):
        numbers = ", ".join(map(str, missing))
        raise InvalidValue(f"the run wants GPU {numbers}, {_there(allowed)}")
    return Claim(job, len(named), named, passed)


def who_goes(queue: Sequence[Claim], slots: int, free: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The runs that may go now, each with its GPUs.

    Args:
        queue: what waits, the first first.
        slots: how many more may train.
        free: the GPUs that nobody has, those first that are to be taken first.
    """
    going: dict[str, tuple[int, ...]] = {}
    left = list(free)
    passed: list[int] = []  # how many have gone before each of those that cannot go
    for claim in queue:
        if len(going) >= slots or any(times >= PATIENCE for times in passed):
            break
        given = _given(claim, left)
        if given is not None:
            going[claim.job] = given
            left = [gpu for gpu in left if gpu not in given]
            passed = [times + 1 for times in passed]
        else:
            passed.append(claim.passed)
    return going


def overtaken(queue: Sequence[Claim], going: dict[str, tuple[int, ...]], job: str) -> list[str]:
    """Those that ``job`` passes when it goes: before it in the queue, and not able to go."""
    before = [claim.job for claim in queue]
    return [other for other in before[: before.index(job)] if other not in going]


def _given(claim: Claim, free: Sequence[int]) -> tuple[int, ...] | None:
    if claim.named:
        return claim.named if set(claim.named) <= set(free) else None
    return tuple(sorted(free[: claim.count])) if claim.count <= len(free) else None


def _there(allowed: Sequence[int]) -> str:
    if not allowed:
        return "but there is no GPU for runs here; choose other devices"
    numbers = ", ".join(map(str, allowed))
    return f"but the GPUs for runs here are {numbers}; choose among them"


def _gpus(count: int) -> str:
    return "1 GPU" if count == 1 else f"{count} GPUs"
