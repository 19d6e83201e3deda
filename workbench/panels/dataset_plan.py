"""What is known of a dataset before it is made: what its source holds, and what it will take."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workbench.api.datasets import default_format
from workbench.data import Access, DatasetConfig, ImageFormat
from workbench.data.estimate import Estimate, Found, estimate, look
from workbench.data.records.choice import Choice
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.panels import format as fmt
from workbench.panels.settled import Settled
from workbench.panels.source_forms import SourceForm

if TYPE_CHECKING:
    from workbench.panels.page import Page

_PATIENCE_S, _REMOTE_PATIENCE_S = 30.0, 8.0
# Of a configuration, what an estimate does not depend on.
_IRRELEVANT = ("name", "group", "duplicates", "keep_together", "max_unreadable_percent")


class _Looked(NamedTuple):
    found: Found
    suggested: ImageFormat


class Plan:
    """Looks at the source and measures, in the background, as the form is filled in.

    Args:
        then: called when more is known.
    """

    def __init__(self, page: Page, then: Callable[[], object]) -> None:
        self._home = page.home
        self._look = Settled[_Looked](page, then)
        self._estimate = Settled[Estimate](page, then)

    def source(self, form: SourceForm, seed: int, asked: bool = False) -> None:
        """Take up what the source's fields hold; a remote one is looked at when ``asked``."""
        try:
            source = form.source() if form.begun else None
        except WorkbenchError:
            source = None  # it is told under its field
        key = None if source is None else json.dumps([_plain(source), seed], sort_keys=True)
        if source is None or (form.remote and not asked and not self._look.knows(key)):
            self._look.drop()
            return
        access = Access(form.secrets, self._home)
        patience = _REMOTE_PATIENCE_S if form.remote else _PATIENCE_S

        def work(stale: Callable[[], bool]) -> _Looked:
            found = look(source, access, seed=seed, patience=patience, stale=stale)
            return _Looked(found, default_format(source, self._home))

        self._look.want(key, work, at_once=asked)

    def dataset(self, config: DatasetConfig | None) -> None:
        """Take up the configuration, None while it is none."""
        found = self._found
        if config is None or found is None:
            self._estimate.drop()
            return
        values = {k: v for k, v in config.to_dict().items() if k not in _IRRELEVANT}
        access = Access(home=self._home)
        self._estimate.want(
            json.dumps([values, id(found)], sort_keys=True, default=str),
            lambda stale: estimate(config, access, found),
        )

    def tick(self) -> None:
        """Begin what has settled."""
        self._look.tick()
        self._estimate.tick()

    @property
    def problem(self) -> str:
        """Why the source can become no dataset."""
        if self._found is not None and self._found.classes < 2:
            return f"{self._count()}; a classifier needs two classes or more"
        if self._found is not None and self._found.unreadable is not None:
            name, reason = self._found.unreadable
            return f"no image that was looked at can be read, the first is {name!r} ({reason})"
        return self._look.problem

    @property
    def obstacle(self) -> str:
        """Why a dataset as wanted cannot be made, though the source is good."""
        return self._estimate.problem

    @property
    def suggested(self) -> ImageFormat | None:
        """The size and colour that the source suggests."""
        return None if self._look.result is None else self._look.result.suggested

    @property
    def given(self) -> set[str]:
        """The splits for which the source has images of its own."""
        return set() if self._found is None else {"val", "test"} & set(self._found.splits)

    @property
    def contents(self) -> Sequence[bytes | np.ndarray]:
        """A few of the source's images, the first one first."""
        return () if self._found is None else self._found.contents

    def found_text(self) -> tuple[str, str]:
        """What was found, and its tone."""
        if self._look.busy:
            return "Looking …", "hint"
        if self._found is None:
            return "", "ok"
        if self._found.unreadable is not None:
            return "", "ok"
        text = f"{self._count()} found"
        if left := len(self._found.left_out):
            text += f"; {fmt.count(left)} {_plural('class', left)} left out, with too few images"
        return text, "ok"

    def estimate_text(self) -> str:
        """What making the dataset takes, in a sentence or two."""
        if self._estimate.busy:
            return "Estimating …"
        made = self._estimate.result
        if made is None:
            return ""
        disk, time = fmt.size(made.bytes), fmt.duration(made.seconds)
        text = f"About {disk} on disk{_kept(made.choice)}. About {time} to make."
        return f"{text} {_sizes(made.sizes)}".strip()

    @property
    def _found(self) -> Found | None:
        return None if self._look.result is None else self._look.result.found

    def _count(self) -> str:
        found = self._found
        assert found is not None
        more = "" if found.complete else "more than "
        classes, images = _plural("class", found.classes), _plural("image", found.images)
        return f"{fmt.count(found.classes)} {classes}, {more}{fmt.count(found.images)} {images}"


def _plain(source: Source) -> dict[str, object]:
    return source.to_dict()  # type: ignore[attr-defined]


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}es" if word.endswith("s") else f"{word}s"


def _kept(choice: Choice) -> str:
    if choice.why == "as chosen":
        return {"none": ", decoded", "png": ", as PNG", "jpeg": ", as JPEG"}[choice.encoding]
    return f": {choice.why}"


def _sizes(sizes: tuple[tuple[int, int], ...]) -> str:
    named = [f"{width} × {height}" for width, height in sizes]
    return f"The originals are {' to '.join(named)} px." if named else ""
