"""Keys and passwords on their way to an executor: in memory only, never shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_HIDDEN = "***"
# Shorter ones are no secrets, and hiding them would hide words.
_SHORTEST = 6


class Secrets(Mapping[str, str]):
    """Secrets by name; its text gives the names alone.

    Args:
        values: the secrets; empty ones are left out.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = {name: value for name, value in (values or {}).items() if value}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(f'{name}={_HIDDEN}' for name in self._values)})"

    def hide(self, text: str) -> str:
        """The text with every secret in it replaced by stars."""
        for value in self._values.values():
            if len(value) >= _SHORTEST:
                text = text.replace(value, _HIDDEN)
        return text
