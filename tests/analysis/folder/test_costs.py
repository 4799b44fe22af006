from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.folder.costs import TRAINING, by_candidate, costs, wall_seconds
from suite.analysis.table import presentation
from suite.core import directories
from tests.analysis.conftest import Store


def test_everything_adds_up_to_the_wall(store: Store) -> None:
    store.whole()
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    frame = costs(read).set_index("item")
    assert wall_seconds(read) == 400
    assert frame.seconds.sum() == pytest.approx(400)
    assert frame.share.sum() == pytest.approx(1)
    assert frame.seconds[TRAINING] == pytest.approx(read.runs.device_seconds.sum())
    assert frame.seconds["tracing and compilation"] == 3.0 * 3 * 7
    assert frame.seconds["start"] == 12


def test_sessions_add_up_and_two_workers_have_twice_the_time(store: Store, described: Callable[..., Any]) -> None:
    instance = store.describe(described())
    lines = [{"wall_seconds": 100.0, "idle_seconds": 5.0}, {"wall_seconds": 50.0, "idle_seconds": 1.0, "workers": 2}]
    (instance / directories.SESSIONS).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert wall_seconds(read) == 200
    assert costs(read).set_index("item").seconds["waiting"] == 6


def test_two_workers_of_whom_one_had_nothing_to_do_are_accounted_for(
    store: Store, described: Callable[..., Any]
) -> None:
    """A worker's wait for the search's verdict is counted once, as the search's."""
    study = described()
    instance = store.describe(study)
    clocks = {"compile_seconds": 5.0, "eval_seconds": 1.0, "setup_seconds": 2.0, "data_seconds": 1.0}
    clocks |= {"device_seconds": 80.0, "checkpoint_seconds": 0.5, "wait_seconds": 0.5, "replayed_seconds": 0.0}
    store.run(study, directories.RunKey("lenet5", "tuned", "final", 0), **clocks)
    line = {"wall_seconds": 120.0, "workers": 2, "start_seconds": 30.0, "busy_seconds": 90.0, "idle_seconds": 110.0}
    line |= {"search_seconds": 0.4, "tracking_seconds": 4.0, "report_seconds": 6.0}
    (instance / directories.SESSIONS).write_text(json.dumps(line) + "\n", encoding="utf-8")
    frame = costs(reading.read(rendering.refresh(store.workspace, "fabricated"))).set_index("item")
    assert frame.seconds["waiting"] == pytest.approx(110 + 0.5 - 0.4)
    assert frame.seconds.sum() == pytest.approx(240)
    assert frame.seconds["not accounted for"] == pytest.approx(0)


def test_without_a_session_there_are_no_shares(store: Store, described: Callable[..., Any]) -> None:
    instance = store.whole(described())
    (instance / directories.SESSIONS).unlink()
    frame = costs(reading.read(rendering.refresh(store.workspace, "fabricated")))
    assert all(math.isnan(share) for share in frame.share)
    assert frame.seconds.iloc[0] > 0


def test_what_a_final_run_took_is_a_mean_over_completed_ones(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.run(study, directories.RunKey("lenet5", "tuned", "final", 0), images_per_second=600.0)
    store.run(study, directories.RunKey("lenet5", "tuned", "final", 1), outcome="diverged", images_per_second=1.0)
    frame = by_candidate(reading.read(rendering.refresh(store.workspace, "fabricated"))).set_index("candidate")
    assert frame.images_per_second["lenet5"] == pytest.approx(450)
    shown = presentation.taken(frame.reset_index())
    assert "Energy" not in shown  # nobody measured it
    assert shown.iloc[0].to_dict() == {
        "Candidate": "resnet20",
        "Track": "tuned",
        "Images/s": "300",
        "Peak memory": "1,024 MiB",
    }
