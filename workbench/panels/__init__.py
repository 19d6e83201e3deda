"""Panels: widgets that show and command jobs, and keep nothing themselves."""

from workbench.panels.app import App, app, sidebar

__all__ = ["App", "app", "sidebar"]
