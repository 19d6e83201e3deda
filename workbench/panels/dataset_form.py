"""The form for a new dataset: holds a configuration and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from workbench.api import as_code
from workbench.data import DatasetConfig
from workbench.errors import StorageError, WorkbenchError
from workbench.panels import fields as f
from workbench.panels.dataset_fields import DatasetFields
from workbench.panels.dataset_plan import Plan
from workbench.panels.example import Example
from workbench.panels.guard import guarded
from workbench.panels.source_forms import FORMS, SourceForm, kind_of
from workbench.panels.view import View, box, button, note

if TYPE_CHECKING:
    from workbench.panels.data import DataPage

_EMPTY_CODE = "# the form is not filled in yet"


class DatasetForm:
    """Fields on the left, what they lead to on the right.

    Every kind of source has fields of its own, made when it is first chosen; what was typed into
    one stays while another is in sight.
    """

    def __init__(self, page: DataPage, config: DatasetConfig | None = None) -> None:
        self.page, self.lock, self.error = page, page.lock, page.error
        self._refused: WorkbenchError | None = None
        self._forms: dict[str, SourceForm] = {}
        self._make()
        self.plan = Plan(page, self._on_found)
        self.widgets = (View("title", text="New dataset"), self._layout())
        self._choose_form(kind_of(config.source) if config is not None else "folder")
        if config is not None:
            self.set(config)
        self.fields.listen(self._on_change, self._on_enter)
        self._on_change()

    @property
    def source(self) -> SourceForm:
        """The fields of the kind of source in sight."""
        return self._forms[self._kind]

    @property
    def path(self) -> f.Field:
        """The field that says where the images are."""
        return self.source.place

    def set(self, config: DatasetConfig) -> None:
        """Fill the form from a configuration."""
        self.fields.filling = True
        self._choose_form(kind_of(config.source))
        self.source.fill(config.source)
        self.fields.fill(config)
        self.fields.filling = False

    def config(self) -> DatasetConfig:
        """The configuration the form holds.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        return self.fields.config(self.source)

    def refresh(self) -> None:
        """Take up what was typed since the last tick, if it has settled."""
        self.plan.tick()
        self._example.tick()

    def idle(self) -> None:
        """Nothing is under way any more."""
        self._starting = False
        self._show()

    def forget(self) -> None:
        """Forget keys and passwords."""
        for form in self._forms.values():
            form.forget()

    def refuse(self, error: WorkbenchError) -> None:
        """The dataset could not be begun; nothing that was entered is lost."""
        self._refused = error
        self.idle()

    def _make(self) -> None:
        fields = self.fields = DatasetFields()
        self.splits, self.image, self.records = fields.splits, fields.image, fields.records
        self.validation, self.test = self.splits.validation, self.splits.test
        self.channels, self.width = self.image.channels, self.image.width
        self.height, self.name = self.image.height, fields.name
        kinds = [[form.title, key] for key, form in FORMS.items()]
        self._kinds = View("kinds", {"choose": self._on_kind}, kinds=kinds, active="folder")
        self._place = box()
        self._example = Example(self.page, self._pick_mode)
        self._create = button("Create dataset", self._on_create, "wb-primary", "wb-create-dataset")
        self._starting = False
        self._estimate = note("", "hint")
        self._problem = note(tone="error")
        self._code = View("code", code=_EMPTY_CODE)

    def _layout(self) -> widgets.Widget:
        image, splits = self.image, self.splits
        left = box(
            self._kinds,
            self._place,
            box(splits.shares, splits.more, kind="wb-part"),
            box(image.channels.root, image.other.root, image.size, kind="wb-part"),
            box(image.resize.root, box(self._example.button, kind="wb-row"), image.more,
                kind="wb-part"),
            box(self.name.root, self.fields.more(), kind="wb-part"),
            box(self._create, kind="wb-row"),
            self._estimate,
            self._problem,
        )  # fmt: skip
        return box(left, box(self._example.view, self._code), kind="wb-sides")

    def _choose_form(self, key: str) -> None:
        self._kind = key
        if key not in self._forms:
            made = self._forms[key] = FORMS[key](self.page.home)
            made.on_change(self._on_change)
            if made.remote:
                made.on_connect = self._on_connect  # type: ignore[attr-defined]
            self._place.children = (*self._place.children, made.root)
        for name, form in self._forms.items():
            form.root.layout.display = None if name == key else "none"
        self._kinds.show(**{**self._kinds.data, "active": key})

    @guarded
    def _on_kind(self, kind: str) -> None:
        if kind in FORMS and kind != self._kind:
            self._choose_form(kind)
            self._on_change()

    @guarded
    def _on_change(self) -> None:
        if self.fields.filling:
            return
        self.source.changed()
        self.fields.changed()
        self._refused = None
        self.fields.suggest_name(self.source, self.page.home)
        self.plan.source(self.source, self._seed())
        self._show()

    @guarded
    def _on_connect(self) -> None:
        self.plan.source(self.source, self._seed(), asked=True)
        self._show()

    @guarded
    def _on_create(self) -> None:
        if self._starting:  # the second click of two, on its way when the button was disabled
            return
        config = self.config()
        self._starting = True
        self._show()
        self.page.create(config, self.source.secrets or None, self.refuse)

    @guarded
    def _on_enter(self) -> None:
        if not self._create.disabled:
            self._on_create()

    @guarded
    def _pick_mode(self, mode: str) -> None:
        self.image.resize.value = mode

    @guarded
    def _on_found(self) -> None:
        """Take up what is known of the source by now."""
        self.fields.filling = True
        if (format_ := self.plan.suggested) is not None:
            self.image.suggest(format_)
        self.fields.filling = False
        self.image.changed()
        self._show()

    def _seed(self) -> int:
        seed = f.number_or(self.splits.seed, 0, whole=True)
        return seed if isinstance(seed, int) and seed >= 0 else 0

    def _show(self) -> None:
        """Show what the fields lead to, and what is wrong with them."""
        self._tell_source()
        self._tell_refusal()
        config: DatasetConfig | None = None
        try:
            config = self.config()
            f.blame(self.fields.all, "")
        except WorkbenchError as error:
            # An untouched form is not full of errors.
            self._blame(str(error)) if self.source.begun else f.blame(self.fields.all, "")
        self.splits.give(self.source.given | self.plan.given)
        self.plan.dataset(config)
        wrong = config is None or bool(self.plan.problem or self.plan.obstacle)
        self._create.disabled = wrong or self._starting
        text = "Checking the source …" if self._starting else self.plan.estimate_text()
        self._estimate.show(text=text, tone="hint")
        self._code.show(code=_EMPTY_CODE if config is None else self._as_code(config))
        self._offer_example()

    def _tell_source(self) -> None:
        self.source.place.tell(*self.plan.found_text())
        self.source.complain(self.plan.problem)

    def _tell_refusal(self) -> None:
        """Beside the source what is wrong with it, beside the button anything else."""
        error = self._refused
        if error is not None and not isinstance(error, StorageError):
            self.source.complain(str(error))
        other = str(error) if isinstance(error, StorageError) else self.plan.obstacle
        self._problem.show(text=other, tone="error")

    def _blame(self, message: str) -> None:
        """Put an error under its field; one that is of no field here is the source's."""
        if not f.blame(self.fields.all, message):
            self.source.complain(message)

    def _as_code(self, config: DatasetConfig) -> str:
        code = as_code.create_dataset(config)
        return f"{self.source.remark}\n{code}" if self.source.remark else code

    def _offer_example(self) -> None:
        try:
            self._example.offer(self.image.format(), self.plan.contents)
        except WorkbenchError:
            return  # it stands under its field
