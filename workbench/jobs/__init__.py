"""Jobs: directories that hold all state, and the few ways to read and command them."""

from workbench.jobs.commands import Command
from workbench.jobs.context import JobContext, Stopped
from workbench.jobs.events import Event, EventWriter, read_events
from workbench.jobs.held import Held
from workbench.jobs.home import Home
from workbench.jobs.job import Job
from workbench.jobs.progress import Progress
from workbench.jobs.reader import JobReader
from workbench.jobs.status import LIVE, RESUMABLE, STATUSES
from workbench.jobs.summary import JobSummary

__all__ = [
    "LIVE",
    "RESUMABLE",
    "STATUSES",
    "Command",
    "Event",
    "EventWriter",
    "Held",
    "Home",
    "Job",
    "JobContext",
    "JobReader",
    "JobSummary",
    "Progress",
    "Stopped",
    "read_events",
]
