"""Which run may start next, with which parameters, and what a worker is told of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from suite.core.directories import RunKey
from suite.study.accounting import SessionClock
from suite.study.ledger import Ledger
from suite.study.limit import Limit
from suite.study.search.replayed import Searches

Say = Callable[[str], None]


class Order:
    """The plan of a study while it is carried out: what is left, what may start, what a grown search sets aside."""

    def __init__(
        self, ledger: Ledger, limit: Limit, searches: Searches, clock: SessionClock, say: Say, apart: bool = False
    ) -> None:
        """`apart`: each attempt trains in a directory of its own."""
        self._ledger, self._limit, self._searches, self._clock, self._say = ledger, limit, searches, clock, say
        self._apart = apart

    def remaining(self) -> list[RunKey]:
        """Runs of the plan that have no result yet, in the order in which they will be handed out.

        Settles first, as soon as it can be settled, how far the search goes.
        """
        if not self._limit.decided:
            self._limit.decide(self._say)
            if self._limit.decided:
                self.supersede()  # the final runs of an earlier session may rest on a shorter search
        return [key for key in self._limit.order() if key not in self._ledger.results]

    def next(self, running: Collection[RunKey]) -> RunKey | None:
        """The next run that may start now, or None while every remaining one waits for others."""
        for key in self._limit.order():
            if key in self._ledger.results or key in running:
                continue
            if key.phase == "search" and _searching(key, running) < self._ledger.study.search.parallel:
                return key
            if key.phase == "final" and self.search_over(key):
                return key
        return None

    def search_over(self, key: RunKey) -> bool:
        """Whether the search that a final run rests on has ended."""
        return self._limit.decided and all(
            other in self._ledger.results
            for other in self._limit.order()
            if (other.candidate, other.track, other.phase) == (key.candidate, key.track, "search")
        )

    def supersede(self) -> None:
        """Set aside the final runs that a search has outgrown, and say so."""
        study = self._ledger.study
        for candidate in study.candidates:
            for track in study.tracks:
                if self.search_over(RunKey(candidate.name, track, "final", 0)):
                    moved = self._ledger.supersede(candidate.name, track, self._limit.trials(track))
                    if moved:
                        self._say(
                            f"{candidate.name}: the search has grown and selects other values; "
                            f"{len(moved)} final runs are set aside and train again"
                        )

    def open(self, key: RunKey) -> dict[str, Any]:
        """Write down what determines a run, count the attempt, and return what a worker is told."""
        ledger = self._ledger
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


def _searching(key: RunKey, running: Collection[RunKey]) -> int:
    """How many trials of the same search are in hand. Where they follow one another each sees all before it."""
    place = (key.candidate, key.track, key.phase)
    return sum((other.candidate, other.track, other.phase) == place for other in running)
