"""What goes wrong in a person's code, as an error that knows its line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import NetworkError

# Modules that DIGITS' networks import; what they held is given.
_OF_DIGITS = ("model", "utils", "digits")
_MOST_TEXT = 300
_COLOUR = re.compile(r"\x1b\[\d*m")
_PLAIN = (NameError, AttributeError, TypeError, ValueError, ImportError, NotImplementedError)


@contextmanager
def blaming(filename: str) -> Iterator[None]:
    """Turn what the person's code raises into an error that knows its line."""
    try:
        yield
    except NetworkError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, SyntaxError) and error.filename == filename:
            raise NetworkError(error.msg, error.lineno) from error
        raise NetworkError(_words(error), _line(error, filename)) from error


def _line(error: BaseException, filename: str) -> int | None:
    """The innermost line of the person's code that an error passed through."""
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == filename
    ]
    # In a graph TensorFlow executes a copy, and quotes the lines of the original.
    lines += map(int, re.findall(rf'File "{re.escape(filename)}", line (\d+)', str(error)))
    return lines[-1] if lines else None


def _words(error: BaseException) -> str:
    """The sentence of an error that says most."""
    lines = [line.strip() for line in _COLOUR.sub("", str(error)).splitlines()]
    lines = [line for line in lines if line and not line.startswith("Exception encountered")]
    kind = type(error).__name__
    if isinstance(error, ModuleNotFoundError) and error.name in _OF_DIGITS:
        return f"there is no {error.name} to import; Tower, model_property and digits are given"
    if not lines:
        return kind
    # An error in a graph begins with where it was and ends with what it was.
    text = lines[-1 if lines[0] == "in user code:" else 0][:_MOST_TEXT]
    text = text.removeprefix(f"{kind}: ")
    return text if isinstance(error, _PLAIN) else f"{kind}: {text}"
