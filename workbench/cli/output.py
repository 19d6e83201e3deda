"""What a command prints: one JSON document, or text for people."""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from workbench.inference.result import printable


def emit(arguments: argparse.Namespace, document: Any, text: str) -> None:
    """Print ``document`` as JSON if asked for, else ``text`` unless quiet."""
    if arguments.json:
        print(_json(document))
    elif text and not arguments.quiet:
        print(text)


def _json(document: Any) -> str:
    """JSON that is valid whatever stdout does with the bytes of names that are no text."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    try:
        text.encode("utf-8")
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(document, ensure_ascii=True, allow_nan=False)
    return text


def never_fail_to_print() -> None:
    """Let stdout show what it has no letters for as a question mark."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say(arguments: argparse.Namespace, text: str) -> None:
    """Tell people something on stderr that is no result."""
    if not arguments.quiet and not arguments.json:
        print(text, file=sys.stderr)


def wants_bar(arguments: argparse.Namespace) -> bool:
    """Whether a progress bar would be seen and is welcome."""
    return sys.stderr.isatty() and not arguments.quiet


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as aligned columns; numbers to the right."""
    if not rows:
        return "none yet"
    names = list(rows[0])
    heads = [printable(name) for name in names]
    lines = [[printable(_text(row[name])) for name in names] for row in rows]
    widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(len(names))]
    numeric = [
        all(isinstance(row[name], int | float | type(None)) for row in rows) for name in names
    ]

    def laid(line: Sequence[str]) -> str:
        cells = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        )
        return "  ".join(cells).rstrip()

    return "\n".join(laid(line) for line in [heads, *lines])


def percent(share: float | None) -> str:
    """``98.91 %``, or a dash."""
    return "–" if share is None else f"{100 * share:.2f} %"


def duration(seconds: float | None) -> str:
    """``1:58`` or ``2:03:10``."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def moment(unix: float | None) -> str:
    """``2026-11-23 17:42`` in local time."""
    return "–" if unix is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(unix))


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)
