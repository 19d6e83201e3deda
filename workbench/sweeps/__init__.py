"""Sweeps: many runs that differ in a few fields, compared by one figure."""

from workbench.sweeps.config import GOALS, METHODS, SweepConfig
from workbench.sweeps.expand import expand, varies
from workbench.sweeps.space import Range
from workbench.sweeps.stopping import RULES, Stopping
from workbench.sweeps.trials import Trial, Trials, best, best_so_far, ranked

__all__ = [
    "GOALS",
    "METHODS",
    "RULES",
    "Range",
    "Stopping",
    "SweepConfig",
    "Trial",
    "Trials",
    "best",
    "best_so_far",
    "expand",
    "ranked",
    "varies",
]
