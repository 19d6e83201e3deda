"""Progress bars on a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workbench.cli.output import wants_bar


@contextmanager
def bar(
    arguments: argparse.Namespace, what: str, unit: str
) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function of done and total that moves a bar, or None where none would be seen."""
    if not wants_bar(arguments):
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=what, unit=f" {unit}", file=sys.stderr) as line:

        def show(done: int, total: int) -> None:
            line.total = total
            line.update(done - line.n)

        yield show
