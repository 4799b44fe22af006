"""Reports of many runs: CPU time, which other processes leave alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from suite.analysis import rendering
from tests.analysis.generated import folder_of

SECONDS = 20.0
"""Of processor time, for a report of 1,000 runs."""


def rendered(folder: Path, candidates: int, trials: int, seeds: int) -> tuple[int, float]:
    """How many runs a folder has, and the CPU time of rendering it."""
    runs, before = folder_of(folder, candidates, trials, seeds), time.process_time()
    rendering.render(folder)
    return runs, time.process_time() - before


@pytest.mark.slow
def test_a_thousand_runs_in_20_seconds_and_ten_thousand_in_ten_times_as_much(tmp_path: Path) -> None:
    """With as many candidates, each with more trials and seeds. A process' first one imports, too."""
    rendered(tmp_path / "first", 2, 2, 2)
    runs, thousand = rendered(tmp_path / "thousand", 20, 40, 10)
    assert runs == 1000
    assert thousand <= SECONDS
    runs, ten = rendered(tmp_path / "ten thousand", 20, 450, 50)
    assert runs == 10_000
    assert ten <= 12 * thousand


@pytest.mark.slow
def test_growth_is_linear_in_the_number_of_candidates(tmp_path: Path) -> None:
    rendered(tmp_path / "first", 2, 2, 2)
    _, few = rendered(tmp_path / "few", 20, 45, 5)
    _, many = rendered(tmp_path / "many", 80, 45, 5)
    assert many <= 1.3 * 4 * few
