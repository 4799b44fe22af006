"""A time limit: stop the search in time for the final runs, after the same number of trials for every candidate."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from suite.durable import read_json, write_json
from suite.study import plan
from suite.study.ledger import Ledger
from suite.study.records import RunKey
from suite.study.session import earlier_seconds

MARGIN = 1.15  # runs are not all equally long


class Limit:
    """Decides, before each round of search trials, whether it and all final runs still fit.

    The first round always runs: without one trained trial nothing is known about the time that a run takes.
    Time counts over all sessions of the instance. A decision is kept on disk, so that a resumed study keeps it.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._study = ledger, ledger.study
        self._path = ledger.directory / "limit.json"
        self._started = time.monotonic()
        self._earlier = earlier_seconds(ledger.directory)
        self.seconds = self._study.limit_seconds
        self.stopped_after: int | None = self._kept()
        self._rounds = list(plan.in_rounds(self._study))
        self._planned = plan.planned(self._study)

    def _kept(self) -> int | None:
        kept = read_json(self._path) if self._path.exists() else {}
        return kept.get("search_stopped_after") if kept.get("seconds") == self.seconds else None

    def order(self) -> list[RunKey]:
        """The plan: candidate by candidate, so that graphs are reused; with a limit, the search in rounds."""
        if self.seconds is None:
            return self._planned
        rounds = self._rounds if self.stopped_after is None else self._rounds[: self.stopped_after]
        return [key for keys in rounds for key in keys] + [key for key in self._planned if key.phase == "final"]

    def decide(self, say: Callable[[str], None]) -> None:
        """Stop the search now if the next round and the final runs do not fit into what is left."""
        if self.seconds is None or self.stopped_after is not None:
            return
        number = next(
            (n for n, keys in enumerate(self._rounds) if any(k not in self._ledger.results for k in keys)), None
        )
        if number is None or number == 0 or any(key in self._ledger.asked for key in self._rounds[number]):
            return
        left = self.seconds - self._earlier - (time.monotonic() - self._started)
        finals = [key for key in self._planned if key.phase == "final" and key not in self._ledger.results]
        if MARGIN * self._expected([*self._rounds[number], *finals]) / self._study.workers > left:
            self.stopped_after = number
            write_json(self._path, self.describe())
            say(f"limit: the search stops after {number} trials of each candidate, in time for the final runs")

    def _expected(self, keys: list[RunKey]) -> float:
        """Seconds that runs will take, from the candidate's longest search run so far."""
        return sum(self._longest(key) for key in keys)

    def _longest(self, key: RunKey) -> float:
        walls = [
            result["ended_at"] - result["started_at"]
            for other, result in self._ledger.results.items()
            if other.candidate == key.candidate and result.get("started_at") is not None
        ]
        return max(walls, default=0.0)

    def describe(self) -> dict[str, Any] | None:
        """For the report: the limit, and after how many trials it stopped the search (None: it did not)."""
        if self.seconds is None:
            return None
        return {"seconds": self.seconds, "search_stopped_after": self.stopped_after}
