"""The text of a network: of an object in a notebook, and of those in the catalogue."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import symtable
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

from workbench.errors import NetworkError
from workbench.networks.catalogue import get
from workbench.networks.custom import GIVEN

_PACKAGE = "workbench.networks"


def source_of(network: Callable[..., Any] | type) -> str:
    """The text of a build function or a ``Tower`` class, ready for ``compile_network``.

    Raises:
        NetworkError: its source cannot be had, or it needs names that are not in it.
    """
    name = getattr(network, "__name__", "")
    if not name.isidentifier():
        raise NetworkError(f"a network is a function or a class with a name, got {network!r:.80}")
    text = _definition(network, name)
    missing = sorted(_needed(text))
    if missing:
        raise NetworkError(
            f"{name} uses {', '.join(missing)}, which its own text does not define; move that "
            f"into it, or give the whole network as text. Known without import: {', '.join(GIVEN)}"
        )
    wanted = "UserModel" if isinstance(network, type) else "build"
    return text if name == wanted else f"{text}\n\n{wanted} = {name}\n"


def _definition(network: Any, name: str) -> str:
    """The text of one function or class, cut out of the cell or file it stands in."""
    inner = _function_within(network) if isinstance(network, type) else inspect.unwrap(network)
    try:
        lines, _ = inspect.findsource(inner)
        first = inner.__code__.co_firstlineno
    except (OSError, TypeError, AttributeError):
        raise NetworkError(
            f"the text of {name} cannot be had; define it in a cell or a file, or give the "
            "network as text"
        ) from None
    whole = "".join(lines)
    kind = ast.ClassDef if isinstance(network, type) else ast.FunctionDef
    for node in ast.walk(ast.parse(whole)):
        if not isinstance(node, kind) or node.name != name:
            continue
        begin = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        if begin <= first <= (node.end_lineno or begin):
            cut = "".join(lines[begin - 1 : node.end_lineno])
            return textwrap.dedent(cut).rstrip() + "\n"
    raise NetworkError(f"the text of {name} has changed since it was defined; run its cell again")


def _function_within(kind: type) -> Any:
    """A function of a class: Python keeps where functions stand, not where classes do."""
    for value in vars(kind).values():
        value = value.fget if isinstance(value, property) else value
        if inspect.isfunction(value):
            return inspect.unwrap(value)
    return kind


def _needed(text: str) -> set[str]:
    """The global names that a text uses and neither defines nor is given."""
    top = symtable.symtable(text, "<network>", "exec")
    defined = {
        symbol.get_name()
        for symbol in top.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    used: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            at_top = table is top or symbol.is_global()
            if at_top and symbol.is_referenced():
                used.add(symbol.get_name())
    return used - defined - set(GIVEN) - set(dir(builtins)) - {"__name__"}


def source_of_standard(name: str) -> str:
    """The text of a network in the catalogue, ready for ``compile_network`` and for changes.

    Modules of the catalogue that the recipe's module imports from are written out before it.

    Raises:
        NotFound: there is no such network.
    """
    module_name, function = get(name).recipe.split(":")
    module = importlib.import_module(module_name)
    body = _written_out(module, set())
    text = _head(module) + body.strip() + "\n"
    return text if function == "build" else f"{text}\n\nbuild = {function}\n"


def _head(module: ModuleType) -> str:
    words = inspect.getdoc(module)
    return f'"""{words}\n"""\n\nfrom __future__ import annotations\n\n' if words else ""


def _written_out(module: ModuleType, done: set[str]) -> str:
    """A module's text without its docstring; its imports from the package are written out."""
    done.add(module.__name__)
    text = inspect.getsource(module)
    lines = text.splitlines(True)
    for number, node in reversed(list(enumerate(ast.parse(text).body))):
        imported = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        cut = slice(node.lineno - 1, node.end_lineno)
        if imported == "__future__" or (number == 0 and isinstance(node, ast.Expr)):
            lines[cut] = []
        elif imported.startswith(_PACKAGE):
            inner = importlib.import_module(imported)
            known = inner.__name__ in done
            lines[cut] = [] if known else [_written_out(inner, done).strip() + "\n\n\n"]
    return "".join(lines).lstrip()
