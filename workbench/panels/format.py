"""Numbers as people read them: with their unit, and no digit too many."""

from __future__ import annotations

import time

NONE = "–"


def percent(share: float | None) -> str:
    """``98.91 %``."""
    return NONE if share is None else f"{100 * share:.2f} %"


def loss(value: float | None) -> str:
    """``0.0352``: three digits that matter."""
    if value is None:
        return NONE
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"


def count(number: float | None) -> str:
    """``60,000``."""
    return NONE if number is None else f"{number:,.0f}"


def duration(seconds: float | None) -> str:
    """``1:58``, ``2:03:10``."""
    if seconds is None:
        return NONE
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def clock(unix: float | None) -> str:
    """``17:42`` today, ``23 Nov 17:42`` another day."""
    if unix is None:
        return NONE
    then, now = time.localtime(unix), time.localtime()
    today = (then.tm_year, then.tm_yday) == (now.tm_year, now.tm_yday)
    return time.strftime("%H:%M" if today else "%-d %b %H:%M", then)


def size(amount: float) -> str:
    """``47 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if amount >= 10 or unit == "bytes" else f"{amount:.1f} {unit}"


def epoch(done: float, total: float | None = None) -> str:
    """``14.6 / 30``, ``30 / 30``."""
    text = f"{done:.1f}".removesuffix(".0")
    return text if total is None else f"{text} / {total:g}"


def shape(sides: tuple[int, ...]) -> str:
    """``24 × 24 × 20``."""
    return " × ".join(str(side) for side in sides) or "1"


def large(number: float) -> str:
    """``1.28 M``: three digits that matter."""
    for unit in ("", " k", " M", " G", " T"):
        if abs(number) < 999.5 or unit == " T":
            break
        number /= 1000
    digits = f"{number:.3g}" if abs(number) < 100 else f"{number:.0f}"
    return f"{digits}{unit}"
