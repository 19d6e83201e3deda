"""The grid of images as a widget: what it shows, what it tells the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import numpy as np
import traitlets

from workbench.panels.scripts import script


class ExploreGrid(anywidget.AnyWidget):
    """Thumbnails of one page, with filters above and what is selected below.

    Attributes:
        options: what there is to choose from; changes rarely.
        data: the page in sight and what was asked for.
        blob: the pixels of its thumbnails, one after the other.
        selected: rows of the dataset's table.
    """

    options = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    blob = traitlets.Bytes().tag(sync=True)
    selected = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(
        self,
        on: Mapping[str, Callable[..., object]],
        options: dict[str, Any],
        data: dict[str, Any],
    ) -> None:
        made_of = script("dom.js", "chooser.js", "zoom.js", "explorer.js")
        super().__init__(_esm=made_of, options=options, data=data)
        self._handlers = on
        self.add_class("wb-explore-grid")
        self.on_msg(self._receive)

    def show(self, data: dict[str, Any], blob: bytes | None = None) -> None:
        """Replace the page in sight; the pixels only if they are given."""
        with self.hold_sync():
            if blob is not None:
                self.blob = blob
            self.data = data

    def show_zoom(self, picture: np.ndarray, **facts: Any) -> None:
        """Show one image enlarged."""
        self._send_picture("zoom", picture, facts)

    def show_original(self, row: int, picture: np.ndarray, caption: str) -> None:
        """Show what the image in sight was made of."""
        self._send_picture("original", picture, {"row": row, "caption": caption})

    def show_no_original(self, row: int, reason: str) -> None:
        """Tell why there is no original of the image in sight."""
        self.send({"original": {"row": row, "error": reason}})

    def _send_picture(self, name: str, picture: np.ndarray, facts: dict[str, Any]) -> None:
        height, width, channels = picture.shape
        about = {"width": width, "height": height, "channels": channels, **facts}
        self.send({name: about}, [np.ascontiguousarray(picture).tobytes()])

    def _receive(self, _: object, content: dict[str, Any], buffers: object) -> None:
        values = dict(content)
        handler = self._handlers.get(str(values.pop("event", "")))
        if handler is not None:
            handler(**values)
