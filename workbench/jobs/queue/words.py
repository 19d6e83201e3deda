"""What a waiting run waits for, said in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.jobs.queue.order import Claim

_NAMED = 2


def reason(claim: Claim, before: int, running: Sequence[str], slots: int, free: int) -> str:
    """Say why a run is not going yet.

    Args:
        claim: what it wants.
        before: how many are before it in the queue.
        running: names of the runs that it waits for.
        slots: how many more may train.
        free: how many GPUs nobody has.
    """
    if before:
        return f"queued, {before} before it"
    if slots > 0 and claim.named:
        numbers = ", ".join(map(str, claim.named))
        return f"waiting for GPU {numbers}{_behind(running, ', behind')}"
    if slots > 0 and claim.count:
        count = "1 GPU" if claim.count == 1 else f"{claim.count} GPUs"
        return f"waiting for {count}, {free} free{_behind(running, ', behind')}"
    return f"queued{_behind(running, ' behind')}"


def _behind(running: Sequence[str], word: str) -> str:
    if not running:
        return ""
    more = len(running) - _NAMED
    names = " and ".join(running) if more <= 0 else f"{running[0]} and {more + 1} more"
    return f"{word} {names}"
