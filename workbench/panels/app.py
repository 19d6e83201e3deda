"""The app: a header, five tabs and a page, in a cell, in the sidebar and on the dashboard."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench.api.homes import home as current_home
from workbench.api.homes import in_voila
from workbench.api.run import Run
from workbench.data import Dataset
from workbench.jobs import Home, Job
from workbench.networks.loading import load_keras
from workbench.panels.guard import guarded
from workbench.panels.header import header_chips
from workbench.panels.page import Page
from workbench.panels.view import Pulse, View, box, close_tree, note

if TYPE_CHECKING:
    from workbench.api.sweep import Sweep
    from workbench.training.config import TrainConfig

TABS = ["Home", "Data", "Train", "Results", "Inspect"]


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
        self._tabs = View("tabs", {"open": self._switch}, tabs=TABS, active=page, turn=0)
        self._pages: dict[str, Page] = {}
        self._place = widgets.VBox()
        self._ticks = self._turn = 0
        self.pulse = Pulse(self._on_tick)
        self.root = box(
            self.pulse, self._header, self._tabs, self.error, self._place, kind="wb-app"
        )
        self._header.show(chips=header_chips(self.home))
        self.open(page)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.root)

    @property
    def page(self) -> Page:
        """The page in sight."""
        return self._pages[self._current]

    def open(self, name: str) -> None:
        """Show a page: as it was left, or as it begins."""
        page = self._page(name)
        if not page.body.children:
            page.start()
        self._current = name
        self._place.children = (page.root,)
        page.refresh()
        # The browser has marked the tab at the click; a new turn tells it that the page is there.
        self._turn += 1
        self._tabs.show(tabs=TABS, active=page.tab or name, turn=self._turn)

    def open_dataset(self, job_id: str) -> None:
        """Show a dataset."""
        self._page("data").show_dataset(Dataset(Job(self.home.datasets_dir / job_id)))
        self.open("data")

    def new_dataset(self) -> None:
        """Show the form for a new dataset."""
        self._page("data").show_form()
        self.open("data")

    def try_mnist(self) -> None:
        """Make the MNIST dataset from the digits that come with the package."""
        self._page("data").try_mnist()
        self.open("data")

    def open_run(self, job_id: str) -> None:
        """Show a run."""
        self._page("train").show_run(job_id)
        self.open("train")

    def new_run(self, dataset_id: str | None = None, config: TrainConfig | None = None) -> None:
        """Show the form for a new run, on a dataset, filled from a configuration."""
        self._page("train").show_form(dataset_id, config)
        self.open("train")

    def open_sweep(self, job_id: str) -> None:
        """Show a sweep."""
        self._page("sweep").show_sweep(job_id)
        self.open("sweep")

    def inspect(self, job_id: str) -> None:
        """Show the page where a run is asked about images."""
        self.run = Run(Job(self.home.runs_dir / job_id))
        self._page("inspect").choose_run(job_id)
        self.open("inspect")

    def close(self) -> None:
        """Close every widget of the app."""
        for page in self._pages.values():
            page.close()
        self._pages.clear()
        close_tree(self.root)

    @guarded
    def _switch(self, name: str) -> None:
        self.open(name)

    def _page(self, name: str) -> Any:
        """A page, made when it is first asked for; some need heavy modules."""
        if name not in self._pages:
            module = importlib.import_module(f"workbench.panels.{name}")
            self._pages[name] = getattr(module, f"{name.capitalize()}Page")(self)
        return self._pages[name]

    @guarded
    def _on_tick(self) -> None:
        self._ticks += 1
        if self._ticks == 2 and not in_voila():
            threading.Thread(target=_preload, name="workbench-preload", daemon=True).start()
        if self._ticks % 25 == 0:
            self._header.show(chips=header_chips(self.home))
        self.page.tick()


def show_run(run: Run) -> None:
    """Display a run in the current cell: its page, and from there the others."""
    from IPython.display import display

    display(App(run.home, "train", run).root)


def show_sweep(sweep: Sweep) -> None:
    """Display a sweep in the current cell: its page, and from there the others."""
    from IPython.display import display

    app = App(sweep.home)
    app.open_sweep(sweep.id)
    display(app.root)


def _preload() -> None:
    """Import TensorFlow while nobody waits for it; a Train click then finds it ready."""
    load_keras()


def app(home: Home | None = None) -> App:
    """The workbench in a cell."""
    return App(home)


class _Sidebar:
    """The one app of this kernel's sidebar, so that a reloaded page finds it as it was."""

    app: App | None = None


def sidebar(anew: bool = False) -> App:
    """The workbench of the sidebar: the same one at every call.

    Args:
        anew: make it again, for a page that could not show what was there.
    """
    if anew and _Sidebar.app is not None:
        _Sidebar.app.close()
        _Sidebar.app = None
    if _Sidebar.app is None or _Sidebar.app.home != current_home():
        _Sidebar.app = App()
    return _Sidebar.app
