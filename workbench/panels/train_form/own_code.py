"""The code of a network: an editor, what is wrong in it, and whether it may be executed."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.panels.code_editor import CodeEditor, Mistake, syntax_mistake
from workbench.panels.guard import guarded
from workbench.panels.train_form.host import Host
from workbench.panels.view import box, button, note
from workbench.training.trust import is_trusted

EXAMPLE = '''\
# keras, layers, ops, tf and np are there without import.
def build(input_shape, outputs):
    """A network from pixels (height, width, channels), 0 to 255, to one number a class."""
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, padding="same", activation="relu", name="conv1"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, padding="same", activation="relu", name="conv2"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(outputs, name="head"),
    ])
'''
_STRANGE = (
    "This code was not written here. Nothing of it is executed until you have read it and say so."
)


class OwnCode:
    """An editor, made when it is first looked at.

    Attributes:
        root: what is shown.
        trusted: whether the code may be executed: it was typed here, or a person said so.
    """

    def __init__(self, host: Host) -> None:
        self._host, self.lock, self.error = host, host.lock, host.error
        self._editor: CodeEditor | None = None
        self._held = EXAMPLE
        self.trusted = True
        self.message = note(tone="error")
        self._strange = note(_STRANGE)
        self._trust = button("I trust this code", self._on_trust, "wb-trust")
        self._foreign = box(self._strange, self._trust)
        self._place = box()
        self.root = box(self._foreign, self._place, self.message)
        self._foreign.layout.display = "none"

    @property
    def wrong(self) -> bool:
        """Whether something is known to be wrong with it."""
        return bool(self.message.data["text"])

    @property
    def code(self) -> str:
        """The text as it is."""
        return self._editor.value if self._editor is not None else self._held

    def set(self, code: str) -> None:
        """Show other code; it is trusted if the home knows it."""
        self.trusted = is_trusted(self._host.page.home, code)
        self._foreign.layout.display = "none" if self.trusted else None
        self._put(code)

    def write(self, code: str) -> None:
        """Show code that comes from the catalogue, or that somebody has read."""
        self.trusted = True
        self._foreign.layout.display = "none"
        self._put(code)

    def show(self, visible: bool) -> None:
        """Show or hide the editor."""
        if visible and self._editor is None:
            self._editor = CodeEditor("Code of the network")
            self._editor.value = self._held
            self._editor.observe(lambda _: self._host.changed(), "value")
            self._place.children = (self._editor,)
        self.root.layout.display = None if visible else "none"

    def check(self) -> bool:
        """Mark what is no Python; tell whether all is. Nothing is executed."""
        found = syntax_mistake(self.code)
        self.blame([found] if found else [])
        return found is None

    def blame(self, mistakes: Sequence[Mistake]) -> None:
        """Mark lines, and say under the editor what is wrong with the first of them."""
        if self._editor is not None:
            self._editor.mark([found for found in mistakes if found.line])
        text = ""
        if mistakes:
            line, what = mistakes[0]
            text = f"line {line}: {what}" if line else what
        self.message.show(text=text, tone="error")

    def _put(self, code: str) -> None:
        self._held = code
        if self._editor is not None:
            self._editor.value = code

    @guarded
    def _on_trust(self) -> None:
        self.write(self.code)
        self._host.changed()


def mistake(message: str, line: int | None) -> Mistake:
    """What an error of a network says, at its line; line 0 where it has none."""
    return Mistake(line or 0, message.removeprefix(f"line {line}: "))
