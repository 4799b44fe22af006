"""The searches of a study's candidates, each rebuilt from its records when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from suite import tasks
from suite.core.directories import RunKey
from suite.core.published import label
from suite.projections import Trial
from suite.study.ledger import Ledger
from suite.study.search.candidate import CandidateSearch


class Searches:
    """One search for each candidate and track; what is known of its trials is replayed into it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._searches: dict[tuple[str, str], CandidateSearch] = {}

    def of(self, key: RunKey) -> CandidateSearch:
        """The search that a run belongs to, or whose selection a final run takes."""
        place = (key.candidate, key.track)
        if place not in self._searches:
            self._searches[place] = self._rebuilt(key)
        return self._searches[place]

    def forget(self, key: RunKey) -> None:
        """Rebuild the search that a run belongs to when it is next needed: its trials were set aside."""
        self._searches.pop((key.candidate, key.track), None)

    def _rebuilt(self, key: RunKey) -> CandidateSearch:
        ledger, study = self._ledger, self._ledger.study
        first = RunKey(key.candidate, key.track, "search", 0)
        recipe = ledger.spec(first, {}).recipe
        candidate, metric = ledger.candidates[key.candidate], tasks.get(study.task).selection
        search = CandidateSearch(
            candidate.search.dimensions,
            recipe.as_mapping(),
            study.study_seed,
            partial(ledger.epochs, first),
            metric=metric,
            prior=candidate.begins,
        )
        known = {trial.number for trial in ledger.trials(key.candidate, key.track)}
        for number in range(max(known, default=-1) + 1):
            trial = RunKey(key.candidate, key.track, "search", number)
            result = ledger.results.get(trial)
            ended = result.as_mapping() if result else None
            search.replay(number, ledger.parameters(trial), ledger.history(trial), ended, _published(ledger, trial))
        return search

    def ended(self, key: RunKey) -> Callable[[], list[Trial]]:
        """What lists the trials of a run's search that have ended by then; none for a final run."""
        return self.of(key).finished if key.phase == "search" else list


def _published(ledger: Ledger, trial: RunKey) -> str | None:
    taken = ledger.published.get(trial)
    return label(taken.marker) if taken else None
