"""The form for a new dataset: holds a configuration and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench import samples
from workbench.api import as_code
from workbench.data import DatasetConfig, FolderSummary, ImageFolder, ImageFormat, inspect_folder
from workbench.errors import WorkbenchError
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.view import View, box, button, note

if TYPE_CHECKING:
    from workbench.panels.data import DataPage

_MOST_COMPLETIONS = 30


class DatasetForm:
    """Fields on the left, what they lead to on the right."""

    def __init__(self, page: DataPage, config: DatasetConfig | None = None) -> None:
        self.page, self.lock, self.error = page, page.lock, page.error
        self._found: FolderSummary | None = None
        self._counting: str | None = None
        self._writing: tuple[int, int] | None = None
        self._make_fields()
        self._fields = [
            self.path, self.validation, self.test, self.channels, self.width, self.height,
            self.resize, self.fill, self.name, self.group, self.seed, self.least, self.most,
            self.validation_folder, self.test_folder,
        ]  # fmt: skip
        self._create = button("Create dataset", self._on_create, "wb-primary", "wb-create-dataset")
        self._estimate = note("", "hint")
        self._progress = View("progress", fraction=None, text="")
        self._code = View("code", code="")
        self.widgets = (View("title", text="New dataset"), self._layout())
        if config is not None:
            self.set(config)
        for field in self._fields:
            field.on_change(self._on_change)
        self._on_change()

    def set(self, config: DatasetConfig) -> None:
        """Fill the form from a configuration."""
        source, image = config.source, config.image
        self.path.value = source.path
        self.validation.value = f"{source.validation_percent:g}"
        self.test.value = f"{source.test_percent:g}"
        self.validation_folder.value = source.validation_folder or ""
        self.test_folder.value = source.test_folder or ""
        self.least.value = str(source.min_per_class)
        self.most.value = str(source.max_per_class or "")
        self.channels.value, self.resize.value = image.channels, image.resize
        self.fill.value = image.fill
        self.width.value, self.height.value = str(image.width), str(image.height)
        self.name.value, self.group.value = config.name, config.group
        self.seed.value = str(config.seed)

    def config(self) -> DatasetConfig:
        """The configuration the form holds.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        source = ImageFolder(
            path=str(self.path.value).strip(),
            validation_percent=_given(f.as_number(self.validation), 0),
            test_percent=_given(f.as_number(self.test), 0),
            validation_folder=str(self.validation_folder.value).strip() or None,
            test_folder=str(self.test_folder.value).strip() or None,
            min_per_class=_given(f.as_number(self.least, whole=True), 2),
            max_per_class=f.as_number(self.most, whole=True),
        )
        image = ImageFormat(
            width=_given(f.as_number(self.width, whole=True), 0),
            height=_given(f.as_number(self.height, whole=True), 0),
            channels=self.channels.value,
            resize=self.resize.value,
            fill=self.fill.value,
        )
        return DatasetConfig(
            name=str(self.name.value).strip(),
            source=source,
            image=image,
            group=str(self.group.value).strip(),
            seed=_given(f.as_number(self.seed, whole=True), 0),
        )

    def try_mnist(self) -> None:
        """Write the sample digits, then fill the form with them and create the dataset."""
        self.name.value = "mnist"
        self._create.disabled = True
        self._writing = (0, 70_000)

        def work() -> Any:
            return samples.mnist(self.page.home, self._note_written)

        self.page.begin(work, self._create_mnist)

    def refresh(self) -> None:
        """Show how far the writing of samples is."""
        if self._writing is not None:
            done, total = self._writing
            text = f"Writing the sample digits as PNG files: {done:,} of {total:,} images"
            self._progress.show(fraction=done / total, text=text)

    def idle(self) -> None:
        """Nothing is under way any more."""
        self._writing = None
        self._create.disabled = False
        self._progress.show(fraction=None, text="")

    def _note_written(self, done: int, total: int) -> None:
        self._writing = (done, total)

    def _create_mnist(self, folder: Any) -> None:
        self.idle()
        source = ImageFolder(
            str(folder / "train"), validation_percent=10, test_folder=str(folder / "test")
        )
        config = DatasetConfig(
            name="mnist", source=source, image=ImageFormat(width=28, height=28, channels=1)
        )
        self.set(config)
        self.page.create(config)

    def _make_fields(self) -> None:
        self.path = f.path(
            "path", "Training folder — one sub-folder a class", "/data/flowers/train",
            "Files in deeper folders belong to the class of the top folder.",
        )  # fmt: skip
        self.validation = f.number(
            "validation", "Validation, %", 25, tooltip="Share of each class set aside to validate."
        )
        self.test = f.number(
            "test", "Test, %", 0, tooltip="Share of each class set aside for the last test."
        )
        self.channels = f.choice("channels", "Colour", [("Grey", 1), ("RGB", 3)], 3)
        self.width = f.number("width", "Width, px", 256, tooltip="1–8192 pixels.")
        self.height = f.number("height", "Height, px", 256, tooltip="1–8192 pixels.")
        self.resize = f.choice(
            "resize",
            "Resize",
            [("Squash", "squash"), ("Crop", "crop"), ("Fill", "fill"), ("Half", "half-crop")],
            "squash",
            "Squash ignores the aspect; crop cuts the longer side; fill pads the shorter one; "
            "half goes half way.",
        )
        self.name = f.text("name", "Name", hint="flowers")
        self.group = f.text("group", "Group", hint="none", tooltip="A heading to list it under.")
        self.seed = f.number("seed", "Seed", 0, tooltip="Decides which image goes to which split.")
        self.least = f.number(
            "min_per_class", "Least images a class", 2, tooltip="Smaller classes are left out."
        )
        self.most = f.number("max_per_class", "Most images a class", "", "no limit")
        self.fill = f.choice(
            "fill",
            "Padding",
            [("Noise", "noise"), ("Black", "constant"), ("Edge", "edge"), ("Mean", "mean")],
            "noise",
            "What surrounds an image that fills the size in one direction only.",
        )
        self.validation_folder = f.path(
            "validation_folder", "Validation folder, instead of a share", "none"
        )
        self.test_folder = f.path("test_folder", "Test folder, instead of a share", "none")

    def _layout(self) -> widgets.Widget:
        more = f.fold(
            "More",
            self.fill.root,
            self.validation_folder.root,
            self.test_folder.root,
            box(self.least.root, self.most.root, kind="wb-pair"),
            box(self.group.root, self.seed.root, kind="wb-pair"),
        )
        left = box(
            self.path.root,
            box(self.validation.root, self.test.root, kind="wb-pair"),
            self.channels.root,
            box(self.width.root, self.height.root, kind="wb-pair"),
            self.resize.root,
            self.name.root,
            more,
            box(self._create, kind="wb-row"),
            self._estimate,
            self._progress,
        )
        return box(left, box(self._code), kind="wb-sides")

    @guarded
    def _on_change(self) -> None:
        self._look_at_folder()
        entered = any(str(field.value).strip() for field in (self.path, self.name))
        try:
            config = self.config()
        except WorkbenchError as error:
            self._code.show(code="# the form is not filled in yet")
            # An untouched form is not full of errors.
            f.blame(self._fields, str(error) if entered and self.path.value else "")
            self._create.disabled = True
            return
        f.blame(self._fields, "")
        self._tell_found()
        self._create.disabled = self._writing is not None
        self._code.show(code=as_code.create_dataset(config))
        self._show_estimate(config)

    @guarded
    def _on_create(self) -> None:
        self.page.create(self.config())

    def _look_at_folder(self) -> None:
        """Count the images of the folder in a thread, and offer what may complete the path."""
        entered = str(self.path.value).strip()
        if entered == self._counting:
            return
        self._counting, self._found = entered, None
        self.path.control.options = tuple(completions(entered))
        self.path.tell("")
        if os.path.isdir(os.path.expanduser(entered)) and os.path.isabs(
            os.path.expanduser(entered)
        ):
            self.page.begin(lambda: inspect_folder(entered), self._note_found)
            if not self.name.value:
                self.name.value = os.path.basename(os.path.dirname(entered.rstrip("/"))) or "images"

    def _note_found(self, found: FolderSummary) -> None:
        self._found = found
        self._tell_found()
        self._on_change()

    def _tell_found(self) -> None:
        if self._found is None:
            return
        text = f"{self._found.classes} classes, {self._found.images:,} images found"
        if self._found.classes < 2:
            self.path.complain(f"{text}; a classifier needs two sub-folders with images or more")
        else:
            self.path.tell(text)

    def _show_estimate(self, config: DatasetConfig) -> None:
        if self._found is None or not self._found.images:
            self._estimate.show(text="", tone="hint")
            return
        height, width, channels = config.image.shape
        disk = fmt.size(self._found.images * height * width * channels)
        self._estimate.show(text=f"About {disk} on disk", tone="hint")


def completions(entered: str) -> list[str]:
    """Folders whose path begins with what was entered."""
    path = os.path.expanduser(entered or "~/")
    parent, start = os.path.split(path)
    try:
        with os.scandir(parent or "/") as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.name.startswith(start)
                and entry.is_dir()
                and (start.startswith(".") or not entry.name.startswith("."))
            )
    except OSError:
        return []
    return [os.path.join(parent, name) for name in names[:_MOST_COMPLETIONS]]


def _given(value: Any, default: Any) -> Any:
    return default if value is None else value
