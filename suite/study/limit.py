"""A time limit: stop the search in time for the final runs, after the same number of trials for every candidate."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from suite.core.metrics import CLOCKS, COSTS
from suite.core.result import Result
from suite.study import plan
from suite.study.accounting import earlier_seconds
from suite.study.estimate import clock
from suite.study.ledger import Ledger

LIMIT = "limit.json"
MARGIN = 1.15  # runs are not all equally long
TAKEN = tuple(metric.name for metric in (*COSTS, *CLOCKS) if metric.unit == "seconds")
"""All clocks of a run are what it takes, whenever its attempts were: between its start and its end may lie a night."""
ONCE = ("compile_seconds", "setup_seconds", "data_seconds")
"""Those of them that take no longer in a longer run."""


class Limit:
    """Decides, before each round of search trials, whether it and all final runs still fit.

    The first round always runs: without one trained trial nothing is known about the time that a run takes.
    Time counts over all sessions of the instance. A decision is kept on disk, so that a resumed study keeps it.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._study = ledger, ledger.study
        self._path = ledger.directory / LIMIT
        self._started = time.monotonic()
        self._earlier = earlier_seconds(ledger.directory)
        self._rounds = list(plan.in_rounds(self._study))
        self.seconds = self._study.limit_seconds
        kept = read_json(self._path) if self._path.exists() else {}
        mine = kept if kept.get("seconds") == self.seconds else {}
        self.admitted: int = len(self._rounds) if self.seconds is None else mine.get("admitted", 1)
        self.stopped_after: int | None = mine.get("search_stopped_after")

    @property
    def decided(self) -> bool:
        """Whether it is settled how many trials there will be: only then may a final run start."""
        return self.stopped_after is not None or self.admitted >= len(self._rounds)

    def order(self) -> list[RunKey]:
        """The plan: candidate by candidate, so that graphs are reused; with a limit, the admitted rounds first."""
        if self.seconds is None:
            return plan.planned(self._ledger.study)
        search = [key for keys in self._rounds[: self.admitted] for key in keys]
        return search + [key for key in plan.planned(self._ledger.study) if key.phase == "final"]

    def trials(self, track: str) -> int:
        """How many trials of each candidate count: those of the plan, or more where every candidate has more."""
        return self._ledger.counted_trials(track, self.stopped_after)

    def decide(self, say: Callable[[str], None]) -> None:
        """When the admitted rounds are over: admit the next, or stop, if it and the final runs do not fit any more."""
        while not self.decided and not self._missing(self.admitted - 1):
            planned = plan.planned(self._ledger.study)
            finals = [key for key in planned if key.phase == "final" and key not in self._ledger.results]
            following = self._missing(self.admitted)
            if following and MARGIN * self.expected([*following, *finals]) > self.seconds_left():
                self.stopped_after = self.admitted
                say(f"limit: the search stops after {self.admitted} trials of each candidate, for the final runs' sake")
            else:
                self.admitted += 1
            over = MARGIN * self.expected(finals) - self.seconds_left()
            if self.decided and over > 0:
                say(f"limit: the final runs will take about {clock(over)} more than it leaves; they run all the same")
            write_json(self._path, {"admitted": self.admitted, **(self.describe() or {})})

    def seconds_left(self) -> float:
        """Wall time that the limit leaves, times the workers that share it."""
        assert self.seconds is not None
        return self.seconds_of(self.seconds)

    def seconds_of(self, seconds: float) -> float:
        """The same of a time for all sessions of the instance."""
        return (seconds - self._earlier - (time.monotonic() - self._started)) * self._study.workers

    def _missing(self, number: int) -> list[RunKey]:
        return [key for key in self._rounds[number] if key not in self._ledger.results]

    def expected(self, keys: list[RunKey]) -> float:
        """Seconds that runs will take: for each as long as its candidate's longest run so far."""
        counts = Counter((key.candidate, plan.share_of(self._study, key)) for key in keys)
        return sum(number * self._longest(*alike) for alike, number in counts.items())

    def _longest(self, candidate: str, share: float) -> float:
        """All clocks of the candidate's longest run of either phase, as long as this one is to be: a trial may have a
        `share` of a final run's length.

        Failed ones count only where there is no other, and those of published records, which another machine may have
        timed, only where none was trained here.
        """
        every = {other: result for other, result in self._ledger.results.items() if other.candidate == candidate}
        mine = {other: result for other, result in every.items() if other not in self._ledger.published} or every
        whole = {other: result for other, result in mine.items() if not result.outcome.failed}  # that may be short
        return max(
            (_seconds(result, share / plan.share_of(self._study, other)) for other, result in (whole or mine).items()),
            default=0.0,
        )

    def describe(self) -> dict[str, Any] | None:
        """For the report: the limit, and after how many trials it stopped the search (None: it did not)."""
        if self.seconds is None:
            return None
        return {"seconds": self.seconds, "search_stopped_after": self.stopped_after}


def _seconds(result: Result, times: float) -> float:
    """What a run would have taken that is so many times as long."""
    return sum((getattr(result, name) or 0.0) * (1.0 if name in ONCE else times) for name in TAKEN)
