"""Choosing the next values by the results so far, with Optuna's tree-structured Parzen estimator.

Source: Bergstra et al., Algorithms for hyper-parameter optimization, 2011.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.errors import MissingExtra
from workbench.sweeps import space
from workbench.sweeps.config import SweepConfig
from workbench.sweeps.space import Range, Values, key
from workbench.sweeps.trials import Trial

_ATTEMPTS = 5


def require() -> Any:
    """Import Optuna.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise MissingExtra(
            "a Bayesian sweep needs Optuna; install it with "
            "pip install 'jupyter-workbench[optuna]', or choose the method random"
        ) from error
    return optuna


class Bayesian:
    """Asks a fresh study each time, told everything that is known: nothing is kept but the trials.

    A run that is under way, or that failed, counts as the worst result so far (the constant liar
    of Ginsbourger et al., 2010): the next one is tried elsewhere.
    """

    def __init__(self, config: SweepConfig) -> None:
        self._optuna = require()
        self._config = config
        self._distributions = {
            field: self._distribution(options) for field, options in config.space.items()
        }

    def values(self, number: int, trials: Sequence[Trial]) -> Values:
        """The values of run ``number``; never those of another run."""
        taken = {key(trial.values) for trial in trials}
        for attempt in range(_ATTEMPTS):
            values = self._ask(number + attempt * self._config.total, trials)
            if key(values) not in taken:
                return values
        # Of a small space the best corner is asked for again and again: take what is left.
        left = space.random(self._config.space, len(taken) + 1, (self._config.seed or 0) + number)
        return next(values for values in left if key(values) not in taken)

    def _ask(self, turn: int, trials: Sequence[Trial]) -> Values:
        optuna = self._optuna
        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            study = optuna.create_study(
                sampler=optuna.samplers.TPESampler(
                    seed=((self._config.seed or 0) + turn) % 2**32,
                    n_startup_trials=min(10, max(2, self._config.total // 4)),
                ),
                direction="maximize" if self._config.monitor.higher_is_better else "minimize",
            )
            for trial, value in self._results(trials):
                study.add_trial(
                    optuna.trial.create_trial(
                        params=self._to_optuna(trial.values),
                        distributions=self._distributions,
                        value=value,
                    )
                )
            return self._from_optuna(study.ask(self._distributions).params)
        finally:
            optuna.logging.set_verbosity(before)

    def _results(self, trials: Sequence[Trial]) -> list[tuple[Trial, float]]:
        known = [trial.objective for trial in trials if trial.objective is not None]
        if not known:
            return []
        worst = min(known) if self._config.monitor.higher_is_better else max(known)
        return [(t, worst if t.objective is None else t.objective) for t in trials]

    def _distribution(self, options: tuple[Any, ...] | Range) -> Any:
        kinds = self._optuna.distributions
        if not isinstance(options, Range):
            # By place: Optuna knows few kinds of values.
            return kinds.CategoricalDistribution(list(range(len(options))))
        if options.whole:
            return kinds.IntDistribution(int(options.low), int(options.high), log=options.log)
        return kinds.FloatDistribution(options.low, options.high, log=options.log)

    def _to_optuna(self, values: Values) -> dict[str, Any]:
        return {
            field: values[field] if isinstance(options, Range) else options.index(values[field])
            for field, options in self._config.space.items()
        }

    def _from_optuna(self, params: dict[str, Any]) -> Values:
        return {
            field: params[field] if isinstance(options, Range) else options[params[field]]
            for field, options in self._config.space.items()
        }
