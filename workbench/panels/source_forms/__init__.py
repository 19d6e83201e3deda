"""Every way images lie, as a few fields: one class a kind, in the order they are offered."""

from __future__ import annotations

from workbench.data.sources import Source
from workbench.panels.source_forms.arrays import ArraysForm
from workbench.panels.source_forms.base import SourceForm
from workbench.panels.source_forms.database import DatabaseForm
from workbench.panels.source_forms.datasets import DatasetsForm
from workbench.panels.source_forms.folder import FolderForm
from workbench.panels.source_forms.lists import ListsForm
from workbench.panels.source_forms.parquet import ParquetForm
from workbench.panels.source_forms.s3 import S3Form

FORMS: dict[str, type[SourceForm]] = {
    form.key: form
    for form in (
        FolderForm,
        ListsForm,
        S3Form,
        ArraysForm,
        ParquetForm,
        DatabaseForm,
        DatasetsForm,
    )
}


def kind_of(source: Source) -> str:
    """The key of the form that a source is filled in with."""
    name = type(source).__name__
    return next(key for key, form in FORMS.items() if name in form.types)


__all__ = ["FORMS", "SourceForm", "kind_of"]
