"""Names of classes as lines of a text and as names of folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

_LONGEST = 100  # bytes; file systems allow 255
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def lines(labels: Sequence[str]) -> list[str]:
    """Each name on one line without blanks around it, in what UTF-8 can say; no two the same."""
    return _distinct(labels, _on_a_line, lambda name: name)


def folders(labels: Sequence[str]) -> list[str]:
    """Names that are safe for folders on every system; two never become the same.

    Two that differ in case only would be one folder on some systems.
    """
    return _distinct(labels, _safe, str.casefold)


def _on_a_line(label: str) -> str:
    # Bytes of a name that are no text (PEP 383) have no UTF-8; a mark of byte order on the first
    # line would be taken for that of the file.
    text = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in label)
    return " ".join(text.replace("\ufeff", "").replace("\0", "").split())


def _safe(label: str) -> str:
    text = unicodedata.normalize("NFC", label)
    text = "".join(c if c.isalnum() or c in " ._-+(),&'@" else "_" for c in text)
    text = text.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")
    # A leading dot hides, a leading dash is an option; Windows drops dots and blanks at the end.
    text = text.strip(" .").lstrip("-~ .")
    return f"_{text}" if _RESERVED.fullmatch(text) else text


def _distinct(
    labels: Sequence[str], change: Callable[[str], str], key: Callable[[str], str]
) -> list[str]:
    changed = [change(label) or "class" for label in labels]
    # What needs no number keeps its name, whatever comes before it.
    taken = {key(name) for name, label in zip(changed, labels, strict=True) if name == label}
    found, unchanged = [], set()
    for name, label in zip(changed, labels, strict=True):
        candidate, number = name, 2
        first = name == label and key(name) not in unchanged
        while not first and key(candidate) in taken:
            candidate, number = f"{name}-{number}", number + 1
        taken.add(key(candidate))
        unchanged.add(key(candidate))
        found.append(candidate)
    return found
