"""Optuna's mirror: each candidate's finished trials in a store that people and dashboards read.

Nothing is read back from it: it can be deleted and made again from the runs' directories. Final runs, candidates and
reports have no place in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from suite.core import faults
from suite.core.addresses import Address
from suite.core.outcomes import Outcome
from suite.core.result import Result
from suite.projections import Committed, Instance, ProjectionError, Row, Trial
from suite.projections.databases import reach, words

optuna.logging.set_verbosity(optuna.logging.WARNING)


def open_projection(instance: Instance) -> Mirror:
    """The mirror of an instance, in its database."""
    address = instance.stores.optuna
    return Mirror(address, instance.study, instance.name, instance.owner(address))


class Mirror:
    """One Optuna study for each candidate and track of an instance, with its trials that have ended.

    Implements `suite.projections.Projection`. Raises ProjectionError for whatever a damaged, locked or read-only store
    raises, through two libraries.
    """

    def __init__(self, address: Address, study: str, instance: str, owner: str | None = None) -> None:
        """`owner` is whose instance it is, in a database that others share."""
        self._address, self._prefix = address, f"{owner}/{study}/{instance}/" if owner else f"{study}/{instance}/"
        if address.sqlite_file is None:
            reach(address)

    @cached_property
    def _storage(self) -> str | optuna.storages.RDBStorage:
        """A server's connections are kept for the next call; a file is opened for each, for it may be taken away."""
        return self._address.text if self._address.sqlite_file else optuna.storages.RDBStorage(self._address.text)

    def drop(self, key: str) -> None:
        """Take out the trial that a run was: the others are written again, for Optuna cannot take out a single one."""
        if (place := _place(key)) is not None:
            name, number = place
            with self._named():
                self._keep(f"{self._prefix}{name}", lambda other: other != number)

    def drop_unknown(self, keys: set[str]) -> int:
        """Delete the trials that no directory stands behind, and the studies that have none left."""
        places = [place for key in keys if (place := _place(key)) is not None]
        dropped = 0
        with self._named():
            for full in self._names():
                numbers: set[int | None] = {number for name, number in places if f"{self._prefix}{name}" == full}
                if numbers:
                    dropped += self._keep(full, numbers.__contains__)
                else:
                    dropped += len(self._shown(full))
                    optuna.delete_study(study_name=full, storage=self._storage)
        return dropped

    def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Row]) -> None:
        """A trial is shown once it has ended."""

    def is_whole(self, key: str, run: Committed) -> bool:
        """Whether the run's study shows just the trials that have ended. A final run has nothing to show."""
        if (place := _place(key)) is None:
            return True
        trials = [_frozen(trial) for trial in run.trials()]
        with self._named():
            return _contents(self._shown(f"{self._prefix}{place[0]}")) == _contents(trials)

    def result(self, key: str, run: Committed) -> None:
        """Make the run's study show just the trials that have ended.

        What is shown must be the beginning of them; the rest is added. Otherwise a trial was trained again, or is gone,
        or ended after a later one, and the study is made anew.
        """
        if (place := _place(key)) is None:
            return
        faults.reach("projection.optuna")
        trials = [_frozen(trial) for trial in run.trials()]
        with self._named():
            self._show(f"{self._prefix}{place[0]}", trials)

    def candidate(self, last: Result, figures: Mapping[str, float | None]) -> None:
        """Nothing of it is a trial."""

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Nothing of it is a trial."""

    def _show(self, name: str, trials: Sequence[FrozenTrial]) -> None:
        shown = self._shown(name)
        if _contents(shown) != _contents(trials[: len(shown)]):
            optuna.delete_study(study_name=name, storage=self._storage)
            shown = []
        if len(trials) > len(shown):
            study = optuna.create_study(
                storage=self._storage, study_name=name, direction="maximize", load_if_exists=True
            )
            for trial in trials[len(shown) :]:
                study.add_trial(trial)

    def _keep(self, name: str, wanted: Callable[[int | None], bool]) -> int:
        """Show only the trials of wanted numbers, of those that are there; returns how many went."""
        shown = self._shown(name)
        kept = [trial for trial in shown if wanted(trial.user_attrs.get("number"))]
        if len(kept) < len(shown):
            self._show(name, kept)
        return len(shown) - len(kept)

    def _shown(self, name: str) -> list[FrozenTrial]:
        """The trials of a study in their order; none where there is no such study."""
        return optuna.load_study(study_name=name, storage=self._storage).trials if name in self._names() else []

    def _names(self) -> list[str]:
        """The studies of this instance."""
        file = self._address.sqlite_file
        if file is not None and not file.exists():
            return []  # to look into it would make it
        return [name for name in optuna.get_all_study_names(self._storage) if name.startswith(self._prefix)]

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            file = self._address.sqlite_file
            damaged = "; if it is damaged, delete it and rebuild again"
            said = words(self._address, error)
            raise ProjectionError(f"{file.name}: {said}{damaged}" if file else said) from None


def _place(key: str) -> tuple[str, int] | None:
    """A search run's study within the instance, and its number; None for a final run."""
    candidate, track, phase, number = key.split("/")
    return (f"{candidate}/{track}", int(number)) if phase == "search" else None


def _frozen(trial: Trial) -> FrozenTrial:
    """A trial as people are to see it: completed, pruned, or failed with the reason."""
    state = TrialState[Outcome(trial.outcome).optuna]
    if state is TrialState.COMPLETE and trial.value is None:  # Optuna knows no completed trial without a value
        state = TrialState.FAIL
    end = {"outcome": str(trial.outcome), "reason": trial.reason, "ended_at": trial.ended_at}
    return optuna.create_trial(
        state=state,
        value=trial.value,
        params=dict(trial.parameters),
        distributions={name: _distribution(dimension) for name, dimension in trial.dimensions.items()},
        user_attrs={**{name: known for name, known in end.items() if known is not None}, "number": trial.number},
        intermediate_values=dict(trial.curve),
    )


def _distribution(dimension: Mapping[str, Any]) -> BaseDistribution:
    if "choices" in dimension:
        return CategoricalDistribution(dimension["choices"])
    low, high, log = dimension["low"], dimension["high"], bool(dimension["log"])
    kind = IntDistribution if isinstance(low, int) and isinstance(high, int) else FloatDistribution
    return kind(low, high, log=log)


def _contents(trials: Iterable[FrozenTrial]) -> list[str]:
    """What each trial shows, as texts, in which NaN equals NaN. A run that is trained again ends at another time."""
    return [
        repr(
            [trial.state.name, trial.value]
            + [sorted(part.items()) for part in (trial.params, trial.intermediate_values, trial.user_attrs)]
            + [sorted((name, repr(distribution)) for name, distribution in trial.distributions.items())]
        )
        for trial in trials
    ]
