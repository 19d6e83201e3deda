"""An editor of Python with colours, line numbers and marks at the lines that are wrong."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import anywidget
import traitlets

from workbench.panels.scripts import script


class Mistake(NamedTuple):
    """What is wrong in a line, counted from 1."""

    line: int
    text: str


class CodeEditor(anywidget.AnyWidget):
    """Python as text; what is typed arrives when the typing pauses.

    Attributes:
        value: the code.
        description: what it is called, for screen readers too.
        mistakes: lines and sentences, ``{"line", "text"}``, marked in the editor.
    """

    value = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    mistakes = traitlets.List().tag(sync=True)

    def __init__(self, description: str) -> None:
        # CodeMirror and what we do with it (extension/src/editor.ts), one module.
        super().__init__(_esm=script("editor.js"), description=description)
        self.add_class("wb-code-editor")

    def mark(self, mistakes: Sequence[Mistake]) -> None:
        """Mark these lines and no others."""
        self.mistakes = [mistake._asdict() for mistake in mistakes]


def syntax_mistake(code: str) -> Mistake | None:
    """Where code is no Python, if it is not; nothing is executed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError as error:
        return Mistake(error.lineno or 1, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return Mistake(1, str(error) or "the code is nested too deeply")
    return None
