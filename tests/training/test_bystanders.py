"""What others do on the cores that a measurement uses is seen; what the process does itself is not taken for it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from suite.core.hardware import cores
from suite.training import bystanders
from suite.training.bystanders import Bystanders

SECONDS = 0.6
SPIN = f"import time\nend = time.monotonic() + {3 * SECONDS}\nwhile time.monotonic() < end: pass"

counted = pytest.mark.skipif(bystanders.spent() is None, reason="this machine counts no processor time")


@counted
def test_another_process_is_seen_and_ones_own_work_is_not() -> None:
    found, began, own = Bystanders(), time.perf_counter(), bystanders.own()
    while time.perf_counter() - began < SECONDS:
        pass
    alone, spun = found.busy_cores(), (bystanders.own() - own) / (time.perf_counter() - began)
    found, began, total = Bystanders(), time.perf_counter(), bystanders.spent()
    with subprocess.Popen([sys.executable, "-c", SPIN]) as other:
        time.sleep(SECONDS)
        beside = found.busy_cores()
        spent = ((bystanders.spent() or 0.0) - (total or 0.0)) / (time.perf_counter() - began)
        other.kill()
    assert alone is not None
    assert beside is not None
    assert alone <= cores() - spun + 0.2, "what it computed itself is its own"
    assert beside == pytest.approx(spent, abs=0.3), "it slept, so that others did all of it"
    assert beside > 0.2


def test_where_nobody_counts_nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bystanders.psutil, "cpu_times", lambda percpu: [])
    assert bystanders.spent([]) is None
    monkeypatch.setattr(bystanders, "spent", lambda: None)
    assert Bystanders(_spent=None).busy_cores() is None
