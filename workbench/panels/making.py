"""A dataset being made, or one that was not finished: how far it is, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.api import as_code
from workbench.api.datasets import delete_dataset, resume_dataset
from workbench.data import DatasetConfig
from workbench.errors import NotFound, WorkbenchError
from workbench.jobs import LIVE, Job, JobReader, JobSummary
from workbench.panels import format as fmt
from workbench.panels.confirm import Confirm
from workbench.panels.guard import guarded
from workbench.panels.home import progress_text
from workbench.panels.source_forms.keys import KeyFields
from workbench.panels.view import View, box, button, note

if TYPE_CHECKING:
    from workbench.panels.data import DataPage

_ENDS = {
    "stopped": "You stopped it. Nothing was kept of it but its settings",
    "failed": "It failed; the log tells why",
    "interrupted": "The process that made it is gone: the machine was restarted, or it was killed",
}
_LOG_BYTES = 20_000


class Making:
    """Follows the job of a dataset until it is done.

    Attributes:
        widgets: what the page shows.
    """

    def __init__(self, page: DataPage, job: Job) -> None:
        self.page, self.lock, self.job = page, page.lock, job
        self._state = JobReader(job)
        self.config = DatasetConfig.from_dict(job.config)
        self._remote = type(self.config.source).__name__ == "S3Folder"
        self.error = note(tone="error")
        self._starting = self._stopping = False
        self._make()
        asides = (self._facts, self._code, self._log)
        self.widgets = (
            self._title,
            box(box(*self._middle()), box(*asides), kind="wb-main-aside"),
        )
        self.refresh()

    def _make(self) -> None:
        self._title = View("title", text="")
        self._progress = View("progress", fraction=None, text="")
        self._outcome = note()
        self._stop = button("Stop", self._send_stop, "wb-stop")
        self._again = button("Try again", self._resume, "wb-primary", "wb-resume")
        self._change = button(
            "Change and create", self._edit, "wb-change", tooltip="A form with the same settings"
        )
        self._delete = button("Delete", self._ask_delete, "wb-danger", "wb-delete")
        self._new = button("New dataset", self._on_new)
        self._keys = KeyFields()
        self._confirm = Confirm()
        source, image = self.config.source, self.config.image
        facts = [
            ["Source", source.describe()],
            ["Images", f"{image.describe()}, {image.resize}"],
            ["Begun", fmt.clock(self.job.created)],
        ]
        self._facts = View("facts", title="Dataset", facts=facts)
        self._code = View("code", code=as_code.create_dataset(self.config))
        self._log = View("text", title="Log", text="")

    def _middle(self) -> tuple[Any, ...]:
        buttons = (self._stop, self._again, self._change, self._delete, self._new)
        return (
            self._progress,
            self._outcome,
            self._keys.root,
            box(*buttons, kind="wb-row"),
            self.error,
            self._confirm.root,
        )

    def refresh(self) -> bool:
        """Show how far it is; tell whether it is done."""
        try:
            summary = self._state.summary()
        except NotFound:
            self._show_gone()
            return False
        self._show(summary)
        return summary.status == "done"

    def _show(self, summary: JobSummary) -> None:
        live = summary.status in LIVE or self._starting
        self._stopping = self._stopping and live
        self._title.show(text=summary.name, status=summary.status)
        self._progress.show(**self._how_far(summary, live))
        self._outcome.show(**({"text": ""} if live else self._how_it_ended(summary)))
        _only(live, self._stop)
        _only(not live, self._again, self._change, self._delete, self._new)
        _only(not live and self._remote, self._keys.root)
        self._log.show(title="Log", text="" if live else self.job.read_log(_LOG_BYTES))

    def _how_far(self, summary: JobSummary, live: bool) -> dict[str, Any]:
        if not live:
            return {"fraction": None, "text": ""}
        if summary.status not in LIVE:
            return {"fraction": 0, "text": "Checking the source …"}
        progress, text = summary.progress, progress_text(summary) or "Starting …"
        if self._stopping:
            text = "Stopping …"
        if progress is None or not progress.unit:  # what it does now cannot be counted
            return {"fraction": None, "text": text, "endless": True}
        return {"fraction": progress.fraction, "text": text}

    def _how_it_ended(self, summary: JobSummary) -> dict[str, Any]:
        if summary.status == "failed":
            told = filter(None, [summary.error or _ENDS["failed"], summary.advice])
            return {"text": "; ".join(told), "tone": "error"}
        text = _ENDS.get(summary.status, "It was not finished")
        if self._remote:
            text += "; what was fetched from the server is not fetched again"
        return {"text": f"{text}.", "tone": "info"}

    def _show_gone(self) -> None:
        self._progress.show(fraction=None, text="")
        self._outcome.show(text="It is gone: somebody has deleted it.", tone="info")
        _only(False, self._stop, self._again, self._change, self._delete, self._keys.root)
        _only(True, self._new)

    @guarded
    def _on_new(self) -> None:
        self.page.show_form()

    @guarded
    def _send_stop(self) -> None:
        self._stopping = True
        self.job.send("stop")
        self.page.refresh()

    @guarded
    def _resume(self) -> None:
        self.error.show(text="", tone="error")
        self._starting = True
        secrets = self._keys.values() or None

        def work() -> WorkbenchError | None:
            try:
                resume_dataset(self.job, secrets=secrets)
            except WorkbenchError as error:
                return error
            return None

        self.page.begin(work, self._resumed)
        self.page.refresh()

    def _resumed(self, error: WorkbenchError | None) -> None:
        self._starting = False
        if error is None:
            self._keys.forget()
        elif not (self._remote and self._keys.complain(str(error))):
            self.error.show(text=str(error), tone="error")

    @guarded
    def _edit(self) -> None:
        self.page.show_form(self.config)

    @guarded
    def _ask_delete(self) -> None:
        question = f"Delete the dataset {self.job.name}? Your own images stay where they are."
        self._confirm.ask(question, "Delete", self._do_delete)

    @guarded
    def _do_delete(self) -> None:
        delete_dataset(self.job)
        self.page.close_dataset()


def _only(visible: bool, *shown: Any) -> None:
    for widget in shown:
        widget.layout.display = None if visible else "none"
