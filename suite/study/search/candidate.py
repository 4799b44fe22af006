"""The search of one candidate: an Optuna study in memory, rebuilt from the runs' records. The only importer of optuna.

Trial 0 is the recipe as it stands, trials 1 to 9 are quasi-random points, later ones come from TPE. Every point is a
function of (study seed, trial number, finished trials), so a search that was cut goes on as if nothing had happened.
Each candidate has its own Optuna study, for pruners compare with every trial of the same study.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState
from scipy.stats import qmc

from suite.core.refusals import Refusal

QUASI_RANDOM = 10  # TPE has something to model from here on
STATES = {"completed": TrialState.COMPLETE, "pruned": TrialState.PRUNED}

optuna.logging.set_verbosity(optuna.logging.WARNING)


def distributions(space: Mapping[str, Mapping[str, Any]], start: Mapping[str, Any]) -> dict[str, BaseDistribution]:
    """Optuna's distributions for a search space, widened where needed so that the recipe as it stands lies within.

    A dimension is `{low, high}` with `log: true` if wanted, or `{choices: [...]}`. Raises Refusal for anything else.
    """
    return {name: _distribution(name, dimension, start[name]) for name, dimension in space.items()}


def _distribution(name: str, dimension: Mapping[str, Any], start: Any) -> BaseDistribution:
    if set(dimension) == {"choices"}:
        choices = list(dimension["choices"])
        return CategoricalDistribution(choices if start in choices else [*choices, start])
    if not {"low", "high"} <= set(dimension) <= {"low", "high", "log"}:
        raise Refusal(f"search space, {name}: expected low and high (and log), or choices; got {', '.join(dimension)}")
    low, high, log = dimension["low"], dimension["high"], bool(dimension.get("log"))
    if log and start <= 0:
        raise Refusal(f"search space, {name}: a logarithmic range cannot hold the recipe's own value {start}")
    low, high = min(low, start), max(high, start)
    kind = IntDistribution if all(isinstance(value, int) for value in (low, high, start)) else FloatDistribution
    return kind(low, high, log=log)


def quasi_random(space: Mapping[str, BaseDistribution], seed: int, number: int) -> dict[str, Any]:
    """Point `number` (from 1) of a scrambled Sobol sequence over the distributions."""
    unit = qmc.Sobol(len(space), scramble=True, rng=seed).random(16)[number]
    return {name: _at(distribution, float(u)) for (name, distribution), u in zip(space.items(), unit, strict=True)}


def _at(distribution: BaseDistribution, unit: float) -> Any:
    """The value at a fraction `unit` in [0, 1) of a distribution."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[int(unit * len(distribution.choices))]
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    low, high = float(distribution.low), float(distribution.high)
    value = low * (high / low) ** unit if distribution.log else low + unit * (high - low)
    return round(value) if isinstance(distribution, IntDistribution) else value


class Halving(BasePruner):
    """Successive halving (Li et al., arXiv:1810.05934, eta = 2) at epochs first, 2 first, 4 first ...

    A trial goes on if it is in the better half of itself and the earlier trials at that epoch. Only trials of lower
    numbers count: Optuna's own pruner compares with all that there are, so that a trial which is trained again would
    meet rivals that it did not have the first time.
    """

    def __init__(self, first: int) -> None:
        self._first = first

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        epoch = trial.last_step
        if epoch is None or not math.log2(epoch / self._first).is_integer() or epoch < self._first:
            return False
        earlier = [other for other in study.get_trials(deepcopy=False) if other.number < trial.number]
        values = [other.intermediate_values[epoch] for other in earlier if epoch in other.intermediate_values]
        value = trial.intermediate_values[epoch]
        rivals = sorted([*values, value], reverse=True)
        return value < rivals[max(len(rivals) // 2, 1) - 1]


class CandidateSearch:
    """Ask for a trial's parameters, report its epochs, tell its end. Trials are asked for in their numbers' order."""

    def __init__(
        self, space: Mapping[str, Mapping[str, Any]], start: Mapping[str, Any], seed: int, epochs: int
    ) -> None:
        self._space = distributions(space, start)
        self._start = {name: start[name] for name in space}
        self._seed = seed
        self._study = optuna.create_study(direction="maximize", pruner=Halving(first=max(1, math.ceil(epochs / 4))))
        self._trials: dict[int, Trial] = {}
        self._reported: dict[int, dict[int, bool]] = {}

    @property
    def next_number(self) -> int:
        return len(self._trials)

    def ask(self, number: int, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Open trial `number`. `parameters` are those of a trial that ran before; without them it is a new point."""
        assert number == self.next_number, f"trial {number} asked for, {self.next_number} is next"
        if parameters is None and number == 0:
            parameters = self._start
        elif parameters is None and number < QUASI_RANDOM:
            parameters = quasi_random(self._space, self._seed, number)
        if parameters is None:
            self._study.sampler = TPESampler(seed=self._seed + number, n_startup_trials=QUASI_RANDOM)
        else:
            self._study.enqueue_trial(dict(parameters))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            trial = self._study.ask(self._space)
        self._trials[number], self._reported[number] = trial, {}
        return dict(trial.params)

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Tell the value after an epoch (from 1); True if the trial should stop. Repeated, it repeats its answer."""
        answers = self._reported[number]
        if epoch not in answers:
            self._trials[number].report(value, epoch)
            answers[epoch] = bool(self._trials[number].should_prune())
        return answers[epoch]

    def replay(
        self,
        number: int,
        parameters: Mapping[str, Any] | None,
        rows: Iterable[Mapping[str, Any]],
        result: Mapping[str, Any] | None,
    ) -> None:
        """Open a recorded trial again: its parameters, its epochs, and its end if it has one."""
        self.ask(number, parameters)
        for row in rows:
            self.report(number, row["epoch"], row["val_accuracy"])
        if result is not None:
            self.tell(number, result["outcome"], result["val_accuracy"], result["reason"])

    def parameters(self, number: int) -> dict[str, Any]:
        """The parameters of a trial that was asked for."""
        return dict(self._trials[number].params)

    def tell(self, number: int, outcome: str, value: float | None, reason: str | None = None) -> None:
        """End a trial: completed with its value, pruned, or failed for any other outcome."""
        state = STATES.get(outcome, TrialState.FAIL)
        if state == TrialState.COMPLETE and (value is None or not math.isfinite(value)):
            state = TrialState.FAIL
        trial = self._trials[number]
        trial.set_user_attr("outcome", outcome)
        if reason:
            trial.set_user_attr("reason", reason)
        self._study.tell(trial, value if state == TrialState.COMPLETE else None, state=state, skip_if_finished=True)

    def mirror(self, database: Path, name: str) -> None:
        """Copy the finished trials that are not there yet into a study of the same name in `database` (SQLite)."""
        mirrored = open_mirror(database, name)
        there = {trial.user_attrs.get("number") for trial in mirrored.trials}
        for trial in self._study.trials:
            if trial.state.is_finished() and trial.number not in there:
                attributes = {**trial.user_attrs, "number": trial.number}
                mirrored.add_trial(
                    optuna.create_trial(
                        state=trial.state,
                        value=trial.value,
                        params=trial.params,
                        distributions=trial.distributions,
                        user_attrs=attributes,
                        intermediate_values=trial.intermediate_values,
                    )
                )


def open_mirror(database: Path, name: str) -> optuna.Study:
    return optuna.create_study(
        storage=f"sqlite:///{database}", study_name=name, direction="maximize", load_if_exists=True
    )


def drop_mirror(database: Path, names: Iterable[str]) -> None:
    """Delete mirrored studies, so that they can be made again."""
    if database.exists():
        storage = optuna.storages.RDBStorage(f"sqlite:///{database}")
        existing = {study.study_name for study in optuna.get_all_study_summaries(storage)}
        for name in existing & set(names):
            optuna.delete_study(study_name=name, storage=storage)


def mirror_name(study: str, instance: str, candidate: str, track: str) -> str:
    return f"{study}/{instance}/{candidate}/{track}"
