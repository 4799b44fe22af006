"""The search of one candidate: an Optuna study in memory, rebuilt from the runs' records.

Trial 0 is the recipe as it stands, trials 1 to 9 are quasi-random points, later ones come from TPE; where a study has a
prior, trial 1 is what that says. Every point is a function of (study seed, prior, trial number, finished trials), so a
search that was cut goes on as if nothing had happened.
Where trials run at the same time, the points that are still training count too: the model takes them for bad ones
(constant liar), so that it does not propose the same place twice.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import TPESampler

from suite.core.outcomes import Outcome
from suite.projections import Trial
from suite.study.search.pruner import GainPruner, Rule
from suite.study.search.space import distributions, quasi_random

QUASI_RANDOM = 10  # TPE has something to model from here on
WORST = -math.inf  # what the model is told of a trial that failed: no metric has a lower value

optuna.logging.set_verbosity(optuna.logging.WARNING)


@dataclass
class _Trial:
    """What is known of one trial: Optuna's handle, the epochs that it begins, its curve by epoch, what was answered
    there, and it as it ended."""

    handle: optuna.Trial
    length: int
    curve: dict[int, float] = field(default_factory=dict)
    answers: dict[int, bool] = field(default_factory=dict)
    ended: Trial | None = None


class CandidateSearch:
    """Ask for a trial's parameters, report its epochs, tell its end. Trials are asked for in their numbers' order."""

    def __init__(
        self,
        space: Mapping[str, Mapping[str, Any]],
        start: Mapping[str, Any],
        seed: int,
        epochs: Callable[[Mapping[str, Any]], int],
        rule: Rule | None = None,
        metric: str = "val_accuracy",
        prior: Mapping[str, Any] | None = None,
    ) -> None:
        """`epochs`: how many a trial with these parameters begins. `rule` says when a trial stops (by default the one
        in `pruner`), `metric` what records are replayed from, `prior` where trial 1 lies if not at a new point.
        """
        self._space = distributions(space, start)
        self._start = {name: start[name] for name in space}
        self._seed, self._metric = seed, metric
        self._rule, self._epochs = rule, epochs
        self._known = {0: self._start, **({1: dict(prior)} if prior else {})}
        self._study = optuna.create_study(direction="maximize")
        self._trials: dict[int, _Trial] = {}

    @property
    def next_number(self) -> int:
        return len(self._trials)

    def ask(self, number: int, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Open trial `number`. `parameters` are those of a trial that ran before; without them it is a new point."""
        assert number == self.next_number, f"trial {number} asked for, {self.next_number} is next"
        if parameters is None:
            parameters = self._known.get(number)
        if parameters is None and number < QUASI_RANDOM:
            parameters = quasi_random(self._space, self._seed, number)
        if parameters is None:
            self._study.sampler = TPESampler(
                seed=self._seed + number, n_startup_trials=QUASI_RANDOM, constant_liar=True
            )
        else:
            self._study.enqueue_trial(dict(parameters))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            trial = self._study.ask(self._space)
        self._trials[number] = _Trial(trial, self._epochs(trial.params))
        return dict(trial.params)

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Tell the value after an epoch (from 1); True if the trial should stop. Repeated, it repeats its answer."""
        trial = self._trials[number]
        if epoch not in trial.answers:
            # Curves of other lengths, along other schedules, say nothing about it.
            alike = [other for other in self._trials.values() if other is not trial and other.length == trial.length]
            trial.curve[epoch] = value
            trial.answers[epoch] = (self._rule or GainPruner(trial.length))(
                epoch, value, [other.curve for other in alike]
            )
        return trial.answers[epoch]

    def replay(
        self,
        number: int,
        parameters: Mapping[str, Any] | None,
        rows: Iterable[Mapping[str, Any]],
        result: Mapping[str, Any] | None,
        published: str | None = None,
    ) -> None:
        """Open a recorded trial again: its parameters, its epochs, and its end if it has one.

        `published`: the published records that it was taken from.

        What was answered at its epochs is not: a trial that goes on asks again, with all that is known by then.
        """
        self.ask(number, parameters)
        trial = self._trials[number]
        trial.curve |= {row["epoch"]: row[self._metric] for row in rows}
        if result is not None:
            self.tell(
                number, result["outcome"], result[self._metric], result["reason"], result.get("ended_at"), published
            )

    def parameters(self, number: int) -> dict[str, Any]:
        """The parameters of a trial that was asked for."""
        return dict(self._trials[number].handle.params)

    def tell(
        self,
        number: int,
        outcome: str,
        value: float | None,
        reason: str | None = None,
        ended_at: float | None = None,
        published: str | None = None,
    ) -> None:
        """End a trial. Told again, its first end stays.

        The model learns from every end: the value of a completed trial, the last value of a stopped one, the worst for
        any other outcome, so that it turns away from where training fails. Such a trial is never selected: selection
        takes completed runs only.
        """
        trial = self._trials[number]
        if trial.ended is not None:
            return
        if outcome == Outcome.PRUNED:
            value = trial.curve[max(trial.curve)] if trial.curve else None
        finite = not Outcome(outcome).failed and value is not None and math.isfinite(value)
        self._study.tell(trial.handle, value if finite else WORST)
        dimensions = {name: _dimension(distribution) for name, distribution in trial.handle.distributions.items()}
        shown = value if finite and outcome == Outcome.COMPLETED else None
        parameters, curve = dict(trial.handle.params), dict(trial.curve)
        trial.ended = Trial(number, parameters, dimensions, curve, shown, outcome, reason, ended_at, published)

    def finished(self) -> list[Trial]:
        """The trials that ended, by number, each the same object every time. Any thread may ask."""
        return [trial.ended for trial in list(self._trials.values()) if trial.ended is not None]


def _dimension(distribution: BaseDistribution) -> dict[str, Any]:
    """A distribution in plain values: those of a range are whole numbers where the parameter is one."""
    if isinstance(distribution, CategoricalDistribution):
        return {"choices": list(distribution.choices)}
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    return {"low": distribution.low, "high": distribution.high, "log": distribution.log}
