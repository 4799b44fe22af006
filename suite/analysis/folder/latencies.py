"""How quickly the networks of a table's rows answer, and whether such times may be compared.

That is so as of a time of training (`suite.analysis.folder.clocks`): where they were measured alike, while nothing else
was at work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suite.analysis.folder.clocks import setting
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed
from suite.core.directories import RunKey
from suite.core.latency import BATCH, THROUGHPUT, disturbed

DISTURBED = "beside other work"


@dataclass(frozen=True)
class Measured:
    """What was timed of a candidate's network; figures by their names in `suite.core.latency`."""

    figures: Mapping[str, float | None]
    conditions: Mapping[str, Any]

    @property
    def device(self) -> str:
        return str(self.conditions["device"])

    @property
    def timing(self) -> str:
        """How it was timed, with its device: `A processor (2 cores), 2 threads`, and whether others disturbed it."""
        threads, exactly = self.conditions["threads"], str(self.conditions["deterministic"])
        text = setting(self.device, math.nan if threads is None else float(threads), exactly, named=True)
        return f"{text}, {DISTURBED}" if disturbed(self.conditions) else text


def of(records: Records, candidate: str, track: str) -> Measured | None:
    """What was timed of a candidate's first completed final run that was; None where none was."""
    for number in completed(records, candidate, track).number:
        found = records.latencies.get(str(RunKey(candidate, track, "final", int(number))))
        if found is not None:
            return Measured(found["figures"], found["conditions"])
    return None


def every(records: Records) -> list[Measured]:
    """What was timed, of each candidate and track of which something was."""
    study = records.study
    found = (of(records, candidate, track) for track in study["tracks"] for candidate in study["candidates"])
    return [measured for measured in found if measured is not None]


def comparable(timings: list[str]) -> bool:
    """Whether latencies that were timed so may stand on one axis: all alike, and none beside other work."""
    return len(set(timings)) < 2 and not any(DISTURBED in timing for timing in timings)


def sentence(records: Records) -> str:
    """How it was measured, and on what; empty where nothing was."""
    found = every(records)
    if not found:
        return ""
    calls = sorted(int(measured.conditions["calls"]) for measured in found)
    counted = f"{calls[0]:,}" if calls[0] == calls[-1] else f"{calls[0]:,} to {calls[-1]:,}"
    lacking = sum(measured.figures[THROUGHPUT] is None for measured in found)
    without = f" For {lacking} of them memory did not suffice for a batch." if lacking else ""
    timings = list(dict.fromkeys(measured.timing for measured in found))
    compare = (
        ""
        if comparable(timings)
        else " Latencies that were measured otherwise, or beside other work, are marked: they are not comparable."
    )
    return (
        f"{'; '.join(timings)}: after all training, of the first completed final run of each candidate that has its "
        f"weights, one candidate after the other while no other worker of the study was busy. The compiled network is "
        f"given one test image after the other, {counted} times, each when the one before it is answered (as in "
        "MLPerf's single-stream scenario, Reddi et al. 2020, arXiv:1911.02549): median, with 10th and 90th percentile. "
        f"Images/s: the median over rounds of batches of {BATCH}. A call begins with pixels and ends with outputs in "
        "the host's memory, so that transfers and normalization are in it; decoding of pictures is not."
        f"{without}{compare}"
    )
