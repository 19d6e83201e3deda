"""Lists of datasets and runs that show themselves as a table."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from workbench.errors import MissingExtra

if TYPE_CHECKING:
    import pandas


class Listing(list[Any]):
    """A list of objects with a table as its repr, one row of plain values each."""

    def __init__(
        self,
        summaries: Iterable[Any],
        make: Callable[[Any], Any],
        row: Callable[[Any], dict[str, Any]],
    ) -> None:
        summaries = list(summaries)
        super().__init__(make(summary) for summary in summaries)
        self.rows = [row(summary) for summary in summaries]

    def __repr__(self) -> str:
        if not self.rows:
            return "(none yet)"
        lines = [list(self.rows[0]), *([_text(v) for v in row.values()] for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        if not self.rows:
            return "<p>None yet.</p>"
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.rows[0])
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_text(v))}</td>" for v in row.values()) + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def to_frame(self) -> pandas.DataFrame:
        """The table as a pandas data frame.

        Raises:
            MissingExtra: pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingExtra(
                "to_frame needs pandas; install it with pip install pandas"
            ) from error
        return pandas.DataFrame(self.rows)


def _text(value: Any) -> str:
    if value is None:
        return "–"
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    return "".join(sign if sign.isprintable() else "�" for sign in text)
