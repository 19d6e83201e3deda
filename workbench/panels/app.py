"""The app: a header, five tabs and a page, in a cell, in the sidebar and on the dashboard."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import ipywidgets as widgets

from workbench.api.homes import home as current_home
from workbench.api.homes import in_voila
from workbench.data import Dataset
from workbench.jobs import Home, Job
from workbench.panels.guard import guarded
from workbench.panels.header import header_chips
from workbench.panels.page import Page
from workbench.panels.view import Pulse, View, box, button, close_tree, note

if TYPE_CHECKING:
    from workbench.api.run import Run

TABS = ("Home", "Data", "Train", "Results", "Inspect")


class App:
    """The workbench as one widget tree; ``dataset`` and ``run`` are what is selected in it.

    It keeps nothing worth keeping: another app on the same home shows the same.
    """

    def __init__(
        self, home: Home | None = None, page: str = "home", run: Run | None = None
    ) -> None:
        self.home = home or current_home()
        self.lock = threading.RLock()
        self.dataset: Dataset | None = None
        self.run = run
        self.error = note(tone="error")
        self._header = View("header", chips=[])
        self._tabs = {tab.lower(): self._tab(tab) for tab in TABS}
        self._pages: dict[str, Page] = {}
        self._place = widgets.VBox()
        self._ticks = 0
        self.pulse = Pulse(self._on_tick)
        tabs = box(*self._tabs.values(), kind="wb-tabs")
        self.root = box(self.pulse, self._header, tabs, self.error, self._place, kind="wb-app")
        self._header.show(chips=header_chips())
        self.open(page)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.root)

    @property
    def page(self) -> Page:
        """The page in sight."""
        return self._pages[self._current]

    def open(self, name: str) -> Page:
        """Show a page."""
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._make(name)
        self._current = name
        self._place.children = (page.root,)
        for tab, made in self._tabs.items():
            (made.add_class if tab == name else made.remove_class)("wb-tab-active")
        page.refresh()
        return page

    def open_dataset(self, job_id: str) -> None:
        """Show a dataset."""
        from workbench.panels.data import DataPage

        page = self.open("data")
        assert isinstance(page, DataPage)
        page.show_dataset(Dataset(Job(self.home.datasets_dir / job_id)))

    def new_dataset(self) -> None:
        """Show the form for a new dataset."""
        from workbench.panels.data import DataPage

        page = self.open("data")
        assert isinstance(page, DataPage)
        page.show_form()

    def open_run(self, job_id: str) -> None:
        """Show a run."""
        from workbench.panels.train import TrainPage

        page = self.open("train")
        assert isinstance(page, TrainPage)
        page.show_run(job_id)

    def new_run(self, dataset_id: str | None = None) -> None:
        """Show the form for a new run, on a dataset."""
        from workbench.panels.train import TrainPage

        page = self.open("train")
        assert isinstance(page, TrainPage)
        page.show_form(dataset_id)

    def inspect(self, job_id: str) -> None:
        """Show the page where a run is asked about images."""
        from workbench.panels.inspect import InspectPage

        page = self.open("inspect")
        assert isinstance(page, InspectPage)
        page.choose_run(job_id)

    def close(self) -> None:
        """Close every widget of the app."""
        for page in self._pages.values():
            page.close()
        self._pages.clear()
        close_tree(self.root)

    def _tab(self, tab: str) -> widgets.Button:
        return button(tab, lambda: self._switch(tab.lower()), "wb-tab", f"wb-tab-{tab.lower()}")

    @guarded
    def _switch(self, name: str) -> None:
        self.open(name)

    def _make(self, name: str) -> Page:
        # Each page is imported when it is first opened: some need heavy packages.
        if name == "home":
            from workbench.panels.home import HomePage

            return HomePage(self)
        if name == "data":
            from workbench.panels.data import DataPage

            return DataPage(self)
        if name == "train":
            from workbench.panels.train import TrainPage

            return TrainPage(self)
        if name == "results":
            from workbench.panels.results import ResultsPage

            return ResultsPage(self)
        from workbench.panels.inspect import InspectPage

        return InspectPage(self)

    @guarded
    def _on_tick(self) -> None:
        self._ticks += 1
        if self._ticks == 2 and not in_voila():
            threading.Thread(target=_preload, name="workbench-preload", daemon=True).start()
        if self._ticks % 25 == 0:
            self._header.show(chips=header_chips())
        self.page.tick()


def show_run(run: Run) -> None:
    """Display a run in the current cell: its page, and from there the others."""
    from IPython.display import display

    display(App(run.home, "train", run).root)


def _preload() -> None:
    """Import TensorFlow while nobody waits for it; a Train click then finds it ready."""
    import tensorflow  # noqa: F401


def app(home: Home | None = None) -> App:
    """The workbench in a cell."""
    return App(home)


class _Sidebar:
    """The one app of this kernel's sidebar, so that a reloaded page finds it as it was."""

    app: App | None = None


def sidebar() -> App:
    """The workbench of the sidebar: the same one at every call."""
    if _Sidebar.app is None or _Sidebar.app.home != current_home():
        _Sidebar.app = App()
    return _Sidebar.app
