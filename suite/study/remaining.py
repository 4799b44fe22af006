"""How much of a plan is left while it is carried out, by the pace that was seen so far.

It is asked for with every epoch that is shown, so what each run has of it is kept up to date: to add it up anew would
take as long as there are runs.
"""

from __future__ import annotations

from typing import NamedTuple

from suite.core.directories import RunKey
from suite.study.estimate import START_SECONDS, TRACING_SECONDS, Estimate

TRUSTED_SECONDS = 30.0  # of the estimate weigh as much as these of the clock: first epochs do not swing the rest


class Share(NamedTuple):
    """How much of a run is trained, 0 to 1: when this session took it up, and now."""

    first: float
    now: float


NONE = Share(0.0, 0.0)


class Remaining:
    """What is left of the runs of an estimate, which may be joined by others."""

    def __init__(self, expected: Estimate) -> None:
        self._seconds, self._workers = dict(expected.runs), expected.workers
        self._shares: dict[RunKey, Share] = {}
        self._candidates = {key.candidate for key in self._seconds}
        self._begun: set[str] = set()
        self._rest, self._done = sum(self._seconds.values()), 0.0

    def __len__(self) -> int:
        """How many runs there are."""
        return len(self._seconds)

    def join(self, key: RunKey) -> None:
        """Reckon with a run that was planned later: it takes what the longest of its candidate does."""
        if key in self._seconds:
            return
        alike = [seconds for other, seconds in self._seconds.items() if other.candidate == key.candidate]
        self._seconds[key] = max(alike or self._seconds.values(), default=0.0)
        self._rest += self._seconds[key]
        self._candidates.add(key.candidate)

    def share(self, key: RunKey) -> Share | None:
        """What was noted of a run last."""
        return self._shares.get(key)

    def note(self, key: RunKey, share: Share) -> None:
        """Take note of how much of a run is trained now."""
        before, seconds = self._shares.get(key, NONE), self._seconds.get(key, 0.0)
        self._shares[key] = share
        self._begun.add(key.candidate)
        self._rest -= seconds * (share.now - before.now)
        self._done += seconds * ((share.now - share.first) - (before.now - before.first))

    def seconds(self, passed: float) -> float:
        """Seconds left after `passed` seconds: the rest of the estimate, at the pace seen so far."""
        if not self._seconds:
            return 0.0
        rest = max(0.0, self._rest) + TRACING_SECONDS * len(self._candidates - self._begun)
        done = self._done + TRACING_SECONDS * len(self._candidates & self._begun)
        pace = (max(passed - START_SECONDS, 0.0) + TRUSTED_SECONDS) / (done / self._workers + TRUSTED_SECONDS)
        return max(START_SECONDS - passed, 0.0) + rest / self._workers * pace
