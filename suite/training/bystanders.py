"""What other processes do, meanwhile, on the cores that this one may use: whoever is timed beside them waits for them.

Where a machine counts no processor time of its own (some containers), nobody can tell.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import psutil

SPENT = ("user", "nice", "system", "irq", "softirq", "steal")
"""What a core does when it is not idle; the last is what other guests of a virtual machine's host took."""


def spent(cores: list[int] | None = None) -> float | None:
    """Seconds that these cores, by default those that this process may use, have worked so far; None if not counted."""
    times = psutil.cpu_times(percpu=True)
    if cores is None:
        mine = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(len(times))
        cores = [core for core in mine if core < len(times)]
    seconds = sum(getattr(times[core], name, 0.0) for core in cores for name in SPENT)
    return seconds or None


def own() -> float:
    """Seconds of processor time of this process so far, all threads together."""
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


@dataclass
class Bystanders:
    """Counts from when it was made."""

    _began: float = field(default_factory=time.perf_counter)
    _spent: float | None = field(default_factory=spent)
    _own: float = field(default_factory=own)

    def busy_cores(self) -> float | None:
        """How many cores others have kept busy since, on the average, from 0 to all; None where nobody can tell."""
        now = spent()
        if self._spent is None or now is None:
            return None
        others = (now - self._spent) - (own() - self._own)
        return max(0.0, others / max(time.perf_counter() - self._began, 1e-9))
