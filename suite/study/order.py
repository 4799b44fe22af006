"""Which run may start next, with which parameters, and what a worker is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from suite.core.directories import RunKey
from suite.study.accounting import SessionClock
from suite.study.growth import Growth
from suite.study.ledger import Ledger
from suite.study.limit import Limit
from suite.study.search.replayed import Searches
from suite.study.tolerance import Stopped

Say = Callable[[str], None]


class Order:
    """The plan of a study while it is carried out: what is left, what may start, what a grown search sets aside."""

    def __init__(
        self,
        ledger: Ledger,
        limit: Limit,
        searches: Searches,
        clock: SessionClock,
        say: Say,
        apart: bool = False,
        growth: Growth | None = None,
    ) -> None:
        """`apart`: each attempt trains in a directory of its own."""
        self._ledger, self._limit, self._searches, self._clock, self._say = ledger, limit, searches, clock, say
        self._apart, self._growth = apart, growth
        self._admitted: int | None = None
        self._left: list[dict[RunKey, None]] = []
        """What has no result yet, in the order of the plan, in stretches of one candidate, track and phase."""
        self._trials: dict[tuple[str, str], set[RunKey]] = {}
        """Of each candidate and track, the search trials that have no result yet."""

    def unfinished(self) -> bool:
        """Whether runs of the plan have no result yet.

        Settles first, as soon as it can be settled, how far the search goes; and when all has ended, whether further
        seeds are given.
        """
        if not self._limit.decided:
            self._limit.decide(self._say)
            if self._limit.decided:
                self.supersede()  # the final runs of an earlier session may rest on a shorter search
        if any(self._first(stretch, ()) for stretch in self._stretches()):
            return True
        if self._growth is None or not self._growth.more(self._limit, self._say):
            return False
        self._look_again()
        return True

    def next(self, running: Collection[RunKey]) -> RunKey | None:
        """The next run that may start now, or None while every remaining one waits for others."""
        searching = Counter((key.candidate, key.track) for key in running if key.phase == "search")
        for stretch in self._stretches():
            sample = next(iter(stretch), None)
            if sample is None:
                continue
            if sample.phase == "search":
                may = searching[sample.candidate, sample.track] < self._ledger.study.search.parallel
            else:
                may = self.search_over(sample)
            if may and (key := self._first(stretch, running, waiting=True)):
                return key
        return None

    def given_up(self) -> Iterator[tuple[RunKey, str]]:
        """The runs that can never start, for a run that they need has failed, each with the reason."""
        for stretch in self._stretches() if self._ledger.sources.within else ():
            for key in [key for key in stretch if key not in self._ledger.results]:
                reason = self._ledger.sources.failed(key)
                if reason is not None:
                    yield key, reason

    def _first(self, stretch: dict[RunKey, None], running: Collection[RunKey], waiting: bool = False) -> RunKey | None:
        """The first of a stretch that is not in hand; what is over by now leaves it, and is not looked at again.

        `waiting`: of those alone that wait for no other run of the study.
        """
        over, found = [], None
        for key in stretch:
            if key in self._ledger.results:
                over.append(key)
            elif key not in running and not (waiting and self._ledger.sources.awaited(key)):
                found = key
                break
        for key in over:
            del stretch[key]
        return found

    def _stretches(self) -> list[dict[RunKey, None]]:
        if self._admitted != self._limit.admitted:
            self._look_again()
        return self._left

    def _look_again(self) -> None:
        """The plan is another: more rounds are admitted, or final runs are set aside."""
        self._admitted, plan = self._limit.admitted, self._limit.order()
        left = (key for key in plan if key not in self._ledger.results)
        alike = groupby(left, lambda key: (key.candidate, key.track, key.phase))
        self._left, self._trials = [dict.fromkeys(keys) for _, keys in alike], {}
        for key in plan:
            trials = self._trials.setdefault((key.candidate, key.track), set())
            if key.phase == "search" and key not in self._ledger.results:
                trials.add(key)

    def search_over(self, key: RunKey) -> bool:
        """Whether the search that a final run rests on has ended."""
        if not self._limit.decided:
            return False
        self._stretches()
        trials = self._trials.get((key.candidate, key.track), set())
        trials -= {trial for trial in trials if trial in self._ledger.results}
        return not trials

    def final_ended(self, key: RunKey) -> None:
        """A final run has a result: runs that started from other weights than it has left are set aside."""
        moved = self._ledger.renewed(key)
        for other in moved:
            self._searches.forget(other)
        if moved:
            self._look_again()
            self._say(f"{key} was trained again: {len(moved)} runs that started from it are set aside and train again")

    def ended(self, trial: RunKey) -> None:
        """A search trial has a result: if its search is over now, final runs that it has outgrown are set aside."""
        if self.search_over(trial) and self._ledger.supersede(
            trial.candidate, trial.track, self._limit.trials(trial.track)
        ):
            self._look_again()

    def supersede(self) -> None:
        """Set aside the final runs that a search has outgrown, and say so."""
        study = self._ledger.study
        for candidate in study.candidates:
            for track in study.tracks:
                if self.search_over(RunKey(candidate.name, track, "final", 0)):
                    moved = self._ledger.supersede(candidate.name, track, self._limit.trials(track))
                    if moved:
                        self._look_again()
                        self._say(
                            f"{candidate.name}: the search has grown and selects other values; "
                            f"{len(moved)} final runs are set aside and train again"
                        )

    def open(self, key: RunKey) -> dict[str, Any]:
        """Write down what determines a run, count the attempt, and return what a worker is told."""
        ledger = self._ledger
        if lacking := ledger.sources.without_weights(key):
            raise Stopped(str(lacking))
        parameters = ledger.parameters(key)
        if key.phase == "search":
            search = self._searches.of(key)
            if key.number == search.next_number:
                with self._clock.searching():
                    search.ask(key.number, parameters)
            parameters = search.parameters(key.number)
        elif parameters is None:
            parameters = ledger.selected(key.candidate, key.track, self._limit.trials(key.track))
        ledger.open(key, parameters)
        attempt, directory = ledger.hand_out(key, self._apart)
        spec = replace(ledger.spec(key, parameters), expected_fingerprint=ledger.fingerprint(key.candidate))
        return {
            "do": "train",
            "spec": spec.as_mapping(),
            "directory": str(directory),
            "attempt": attempt,
            "fields": ledger.fields(key),
        }
