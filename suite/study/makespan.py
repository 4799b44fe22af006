"""How long a plan takes from its first worker's start to its last run's end, if each run takes what it is said to.

Follows `suite.study.order`: workers start one after the other; an idle one takes the first run of the plan that may
start, and no final run starts before the search of its candidate and track is over.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from itertools import groupby

from suite.core.directories import RunKey

KEPT = 2
"""Candidates whose graphs a worker keeps (suite.training.tracing)."""

Place = tuple[str, str]
"""A candidate and a track: whose search is one."""


def makespan(
    keys: Iterable[RunKey],
    seconds: Mapping[RunKey, float],
    tracing: Mapping[str, float],
    start: float,
    workers: int = 1,
    parallel: int = 1,
) -> float:
    """Seconds of the whole; 0 for nothing.

    keys: in the plan's order. tracing: by candidate, what a worker takes before its first run of it. start: of a
    worker. parallel: trials of one search that may run at a time.
    """
    stretches = [deque(runs) for _, runs in groupby(keys, lambda key: (key.candidate, key.track, key.phase))]
    idle = [(start * (number + 1), number) for number in range(workers)]
    graphs: list[OrderedDict[str, None]] = [OrderedDict() for _ in range(workers)]
    searching: list[tuple[float, Place]] = []
    last = 0.0
    while stretches := [stretch for stretch in stretches if stretch]:
        now, worker = heapq.heappop(idle)
        searching = [(end, place) for end, place in searching if end > now]
        key = _next(stretches, [place for _, place in searching], parallel)
        if key is None:  # all that is left waits for the end of a search
            heapq.heappush(idle, (min(end for end, _ in searching), worker))
            continue
        end = now + seconds[key] + _traced(graphs[worker], key.candidate, tracing)
        if key.phase == "search":
            searching.append((end, (key.candidate, key.track)))
        heapq.heappush(idle, (end, worker))
        last = max(last, end)
    return last


def _next(stretches: list[deque[RunKey]], searching: list[Place], parallel: int) -> RunKey | None:
    """Take the first run that may start from its stretch."""
    waiting = set(searching)
    for stretch in stretches:
        place = (stretch[0].candidate, stretch[0].track)
        if stretch[0].phase == "search":
            if searching.count(place) < parallel:
                return stretch.popleft()
            waiting.add(place)
        elif place not in waiting:
            return stretch.popleft()
    return None


def _traced(graphs: OrderedDict[str, None], candidate: str, tracing: Mapping[str, float]) -> float:
    """What a worker takes to have a candidate's graph; those that it used last are kept."""
    known = candidate in graphs
    graphs[candidate] = None
    graphs.move_to_end(candidate)
    while len(graphs) > KEPT:
        graphs.popitem(last=False)
    return 0.0 if known else tracing[candidate]
