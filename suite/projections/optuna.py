"""Optuna's mirror: each candidate's finished trials in a store that people and dashboards read.

Nothing is read back from it: it can be deleted and made again from the runs' directories. Final runs, candidates and
reports have no place in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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

    Each is read once and then known, so that a search costs as many steps as it has trials. Implements
    `suite.projections.Projection`. Raises ProjectionError for whatever a damaged, locked or read-only store raises,
    through two libraries.
    """

    def __init__(self, address: Address, study: str, instance: str, owner: str | None = None) -> None:
        """`owner` is whose instance it is, in a database that others share."""
        self._address, self._prefix = address, f"{owner}/{study}/{instance}/" if owner else f"{study}/{instance}/"
        self._known: dict[str, _Shown] = {}
        if address.sqlite_file is None:
            reach(address)

    @cached_property
    def _storage(self) -> str | optuna.storages.RDBStorage:
        """A server's connections are kept for the next call; a file is opened for each, for it may be taken away."""
        return self._address.text if self._address.sqlite_file else optuna.storages.RDBStorage(self._address.text)

    def drop(self, key: str) -> None:
        """Take out the trial that a run was: the others are written again, for Optuna cannot take out a single one."""
        if (place := _place(key)) is not None:
            name, number = f"{self._prefix}{place[0]}", place[1]
            with self._named():
                if number in self._shown(name).numbers:
                    self._keep(name, lambda other: other != number)

    def drop_unknown(self, keys: set[str]) -> int:
        """Delete the trials that no directory stands behind, and the studies that have none left."""
        wanted: dict[str, set[int | None]] = {}
        for place in filter(None, map(_place, keys)):
            wanted.setdefault(f"{self._prefix}{place[0]}", set()).add(place[1])
        with self._named():
            return sum(self._keep(name, wanted.get(name, set()).__contains__) for name in self._names())

    def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Row]) -> None:
        """A trial is shown once it has ended."""

    def interrupted(self, key: str) -> None:
        """As above."""

    def is_whole(self, key: str, run: Committed) -> bool:
        """Whether the run's study shows just the trials that have ended. A final run has nothing to show."""
        if (place := _place(key)) is None:
            return True
        trials = run.trials()
        with self._named():
            shown = self._shown(f"{self._prefix}{place[0]}")
            return len(shown.texts) == len(trials) and shown.begins(trials)

    def result(self, key: str, run: Committed) -> None:
        """Make the run's study show just the trials that have ended.

        What is shown must be the beginning of them; the rest is added. Otherwise a trial was trained again, or is gone,
        or ended after a later one, and the study is made anew.
        """
        if (place := _place(key)) is None:
            return
        faults.reach("projection.optuna")
        trials = run.trials()
        with self._named():
            self._show(f"{self._prefix}{place[0]}", trials)

    def candidate(self, last: Result, figures: Mapping[str, float | None], winners: Sequence[Result] = ()) -> None:
        """Nothing of it is a trial."""

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None:
        """Nothing of it is a trial."""

    def _show(self, name: str, trials: Sequence[Trial]) -> None:
        study = self._open(name)
        if study is None or not _has(study, len(self._shown(name).texts)):
            self._known.pop(name, None)  # somebody took it away
        shown = self._shown(name)
        if study is not None and not shown.begins(trials):
            optuna.delete_study(study_name=name, storage=self._storage)
            study, shown = None, self._known.setdefault(name, _Shown())
            shown.clear()
        if len(trials) > len(shown.texts):
            study = study or self._make(name)
            for trial in trials[len(shown.texts) :]:
                frozen = _frozen(trial)
                study.add_trial(frozen)
                shown.add(frozen, trial)

    def _keep(self, name: str, wanted: Callable[[int | None], bool]) -> int:
        """Show only the trials of wanted numbers, of those that are there; returns how many went."""
        study = self._open(name)
        there = study.get_trials(deepcopy=False) if study else []
        kept = [trial for trial in there if wanted(trial.user_attrs.get("number"))]
        if study is not None and (len(kept) < len(there) or not kept):
            self._known.pop(name, None)
            optuna.delete_study(study_name=name, storage=self._storage)
            if kept:
                self._make(name).add_trials(kept)
        return len(there) - len(kept)

    def _shown(self, name: str) -> _Shown:
        """What a study shows, as far as this mirror knows; it is read the first time."""
        if name not in self._known:
            shown, study = _Shown(), self._open(name)
            for trial in study.get_trials(deepcopy=False) if study else ():
                shown.add(trial)
            self._known[name] = shown
        return self._known[name]

    def _open(self, name: str) -> optuna.Study | None:
        file = self._address.sqlite_file
        if file is not None and not file.exists():
            return None  # to look into it would make it
        try:
            return optuna.load_study(study_name=name, storage=self._storage)
        except KeyError:
            return None

    def _make(self, name: str) -> optuna.Study:
        return optuna.create_study(storage=self._storage, study_name=name, direction="maximize")

    def _names(self) -> list[str]:
        """The studies of this instance."""
        file = self._address.sqlite_file
        if file is not None and not file.exists():
            return []
        return [name for name in optuna.get_all_study_names(self._storage) if name.startswith(self._prefix)]

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._known.clear()  # whatever was half done is there or not
            file = self._address.sqlite_file
            damaged = "; if it is damaged, delete it and rebuild again"
            said = words(self._address, error)
            raise ProjectionError(f"{file.name}: {said}{damaged}" if file else said) from None


@dataclass
class _Shown:
    """The trials that a study shows, in their order: their numbers, what they show, and what each was made from."""

    numbers: list[int | None] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    sources: list[Trial | None] = field(default_factory=list)

    def add(self, frozen: FrozenTrial, source: Trial | None = None) -> None:
        self.numbers.append(frozen.user_attrs.get("number"))
        self.texts.append(_text(frozen))
        self.sources.append(source)

    def clear(self) -> None:
        for part in (self.numbers, self.texts, self.sources):
            part.clear()

    def begins(self, trials: Sequence[Trial]) -> bool:
        """Whether these trials begin with what is shown. A trial that was compared before is known by its identity."""
        if len(trials) < len(self.texts):
            return False
        for place, (source, trial) in enumerate(zip(self.sources, trials, strict=False)):
            if source is not trial:
                if _text(_frozen(trial)) != self.texts[place]:
                    return False
                self.sources[place] = trial
        return True


def _has(study: optuna.Study, trials: int) -> bool:
    """Whether a study has just so many trials, without reading them."""
    numbered = study._storage.get_trial_id_from_study_id_trial_number
    found = []
    for number in (trials - 1, trials):
        try:
            numbered(study._study_id, number)
        except KeyError:
            found.append(False)
        else:
            found.append(True)
    return found == [trials > 0, False]


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
    end |= {"published": trial.published}
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


def _text(trial: FrozenTrial) -> str:
    """What a trial shows, in which NaN equals NaN. A run that is trained again ends at another time."""
    return repr(
        [trial.state.name, trial.value]
        + [sorted(part.items()) for part in (trial.params, trial.intermediate_values, trial.user_attrs)]
        + [sorted((name, repr(distribution)) for name, distribution in trial.distributions.items())]
    )
