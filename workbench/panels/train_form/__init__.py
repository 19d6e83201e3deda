"""The form for a new run, one part a file."""

from workbench.panels.train_form.form import TrainForm

__all__ = ["TrainForm"]
