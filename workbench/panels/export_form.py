"""Writing a dataset out for other programs, in a thread, with its progress and a way to stop."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from workbench.data import Dataset
from workbench.data.export import ENCODINGS, FORMATS, export
from workbench.errors import WorkbenchError
from workbench.jobs import Stopped
from workbench.jobs.progress import Pace
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.view import View, box, button, note

_FORMATS = {
    "folder": "folder of images, a sub-folder a class",
    "lmdb": "LMDB of Caffe's Datum",
    "hdf5": "HDF5",
    "tfrecord": "TFRecord",
    "numpy": "NumPy arrays",
}
_ENCODINGS = {"png": "PNG, loses nothing", "jpeg": "JPEG", "none": "pixels as they are"}


_LOOK_S = 0.3


class ExportForm:
    """Format, encoding and folder; an export is whole or not there (data/export)."""

    def __init__(self, page: Any, dataset: Dataset) -> None:
        self.page, self.lock, self.dataset = page, page.lock, dataset
        self.error: View = note(tone="error")
        names = [(_FORMATS.get(name, name), name) for name in FORMATS]
        self.format = f.select("format", "Format", names)
        self.format.value = "folder"
        encodings = [(_ENCODINGS.get(name, name), name) for name in ENCODINGS]
        self.encoding = f.select("encoding", "Images as", encodings)
        self.encoding.value = "png"
        self.folder = f.path(
            "folder", "Folder", str(Path.home() / "export"), "A new folder, or an empty one."
        )
        self._progress = View("progress", fraction=None, text="")
        self._outcome = note("", "ok")
        self._start = button("Export", self._on_start, "wb-primary", "wb-export-start")
        self._stop = button("Stop", self._on_stop, "wb-stop")
        self._stop.layout.display = "none"
        self._done: tuple[int, int] | None = None
        self._pace, self._stopping, self._ended = Pace(), False, threading.Event()
        self._code = View("code", code="")
        self.root = self._layout()
        self.root.layout.display = "none"
        for field in (self.format, self.encoding, self.folder):
            field.on_change(self._on_change)
        self.folder.on_enter(self._on_enter)
        self._on_change()

    def show(self, visible: bool = True) -> None:
        """Show or hide it."""
        self.root.layout.display = None if visible else "none"

    @property
    def visible(self) -> bool:
        """Whether it is in sight."""
        return self.root.layout.display != "none"

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._done is not None

    def _follow(self) -> None:
        """Show how far the export is, and again at the next tick."""
        if self._done is None:
            return
        done, total = self._done
        left = self._pace.eta(done, total)
        text = f"Writing {done:,} of {total:,} images" if total else "Beginning to write …"
        text += f" · {fmt.duration(left)} left" if left is not None else ""
        self._progress.show(fraction=done / max(1, total), text=text)
        self.page.begin(lambda: self._ended.wait(_LOOK_S), lambda _: self._follow())

    def _layout(self) -> Any:
        form = box(
            View("heading", text="Export"),
            box(self.format.root, self.encoding.root, kind="wb-pair"),
            self.folder.root,
            self.error,
            self._progress,
            self._outcome,
            box(self._start, self._stop, button("Close", self._on_close), kind="wb-row"),
            self._code,
        )
        form.add_class("wb-panel")
        return form

    def _target(self) -> str:
        entered = str(self.folder.value).strip()
        return os.path.abspath(os.path.expanduser(entered)) if entered else ""

    @guarded
    def _on_change(self) -> None:
        self.folder.complain("")
        folder = self._target()
        self._start.disabled = self._done is not None or not folder
        entered = str(self.folder.value).strip()
        if entered and folder != entered.rstrip("/"):
            self.folder.tell(f"goes to {folder}")
        self._code.show(code=self.code())

    def code(self) -> str:
        """The cell that does the same."""
        arguments = [
            f"wb.dataset({self.dataset.id!r})", repr(self.format.value),
            repr(self._target() or "export"),
        ]  # fmt: skip
        if self.encoding.value != "png":
            arguments.append(f"encoding={self.encoding.value!r}")
        lines = ["import workbench as wb", "from workbench.data.export import export", ""]
        return "\n".join([*lines, f"export({', '.join(arguments)})"])

    @guarded
    def _on_start(self) -> None:
        self.error.show(text="", tone="error")
        self._outcome.show(text="", tone="ok")
        self._pace, self._stopping, self._done = Pace(), False, (0, 0)
        self._ended.clear()
        self._show_running(True)
        format_, folder, encoding = self.format.value, self._target(), self.encoding.value

        def work() -> Path | str:
            try:
                return export(self.dataset, format_, folder, encoding=encoding, progress=self._note)
            except Stopped:
                return "Stopped; nothing was left behind."
            except WorkbenchError as error:
                return str(error)
            finally:
                self._ended.set()

        self.page.begin(work, self._finish)
        self._follow()

    @guarded
    def _on_enter(self) -> None:
        if not self._start.disabled:
            self._on_start()

    def _note(self, done: int, total: int) -> None:
        """Called in the thread that exports."""
        if self._stopping:
            raise Stopped
        self._done = (done, total)

    def _finish(self, found: Path | str) -> None:
        self._done = None
        self._show_running(False)
        if isinstance(found, Path):
            self._outcome.show(text=f"Written to {found}", tone="ok")
        else:
            self.error.show(text=found, tone="error")

    def _show_running(self, running: bool) -> None:
        self._start.disabled = running
        self._stop.layout.display = None if running else "none"
        if not running:
            self._progress.show(fraction=None, text="")

    @guarded
    def _on_stop(self) -> None:
        self._stopping = True

    @guarded
    def _on_close(self) -> None:
        self.show(visible=False)
