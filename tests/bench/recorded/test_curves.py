"""Recorded curves, looked up by their nearest neighbour, and the tables that are kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.bench.recorded.__main__ import CONFIGURATIONS
from suite.bench.recorded.curves import RecordedCurves
from suite.bench.recorded.networks import EPOCHS, NETWORKS, REPEATS, Network
from suite.bench.recorded.recording import points, trainings
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal

EPOCH_NAMES = ",".join(f"epoch {epoch}" for epoch in range(1, EPOCHS + 1))
TABLE = f"""configuration,share,repeat,learning_rate,weight_decay,outcome,{EPOCH_NAMES}
0,1.0,0,0.2,0.0005,completed,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8
0,1.0,1,0.2,0.0005,completed,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.78
0,0.5,0,0.2,0.0005,completed,0.2,0.4,0.6,0.7,,,,
0,0.25,0,0.2,0.0005,completed,0.3,0.5,,,,,,
5,1.0,0,0.01,0.0005,diverged,0.1,,,,,,,
5,1.0,1,0.01,0.0005,diverged,,,,,,,,
5,0.5,0,0.01,0.0005,completed,0.2,0.4,0.6,0.7,,,,
5,0.25,0,0.01,0.0005,completed,0.3,0.5,,,,,,
7,1.0,0,0.05,0.0005,completed,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8
"""


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordedCurves:
    monkeypatch.setattr("suite.bench.recorded.networks.FOLDER", tmp_path)
    (tmp_path / "mlp.csv").write_text(TABLE, encoding="utf-8")
    return RecordedCurves(NETWORKS["mlp"])


def test_the_nearest_point_is_so_in_logarithms(made_up: RecordedCurves) -> None:
    """Between 0.01 and 0.2 the middle is 0.045; half of their difference is not. One that is not whole is none."""
    assert [made_up.nearest({"learning_rate": rate, "weight_decay": 0.005}) for rate in (0.04, 0.05, 0.1)] == [5, 0, 0]


def test_a_training_of_the_table(made_up: RecordedCurves) -> None:
    whole, other, half = (made_up.curve(0, *of) for of in ((1.0, 0), (1.0, 1), (0.5, 1)))
    assert (whole.end, other.end, half.end) == (0.8, 0.78, 0.7)
    assert len(half.values) == EPOCHS / 2, "of a length that was trained once it is the one"
    failed = made_up.curve(5, 1.0, 0)
    assert (failed.outcome, failed.values, failed.end) == (Outcome.DIVERGED, (0.1,), None)
    with pytest.raises(Refusal, match=r"no curves of mlp of 0\.3 of the length, only of \[0\.25, 0\.5, 1\.0\]"):
        made_up.curve(0, 0.3, 0)


def test_random_points_fill_the_space(made_up: RecordedCurves) -> None:
    rates = [made_up.drawn(np.random.default_rng(seed))["learning_rate"] for seed in range(200)]
    assert 0.01 <= min(rates) < 0.02 < 0.4 < max(rates) <= 0.5
    assert 60 < sum(rate < 0.0707 for rate in rates) < 140, "uniform in logarithms"


def test_a_network_without_curves_is_refused() -> None:
    with pytest.raises(Refusal, match="has no curves"):
        RecordedCurves(replace(NETWORKS["mlp"], name="unheard"))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_what_is_kept_is_whole_and_of_what_the_suite_would_train(network: Network) -> None:
    """Each configuration at every length, each as long as it should be; the first is the recipe as it stands."""
    curves, planned = RecordedCurves(network), points(network, CONFIGURATIONS)
    assert len(curves.points) >= 16
    assert 0 in curves.points
    for number, point in curves.points.items():
        assert point == pytest.approx(planned[number])
    for training in trainings(CONFIGURATIONS):
        if training.configuration in curves.points:
            curve = curves.curve(*training)
            assert len(curve.values) == round(EPOCHS * training.share) or curve.end is None
    ends = [curves.curve(number, 1.0, repeat).end for number in curves.points for repeat in range(REPEATS[1.0])]
    known = [end for end in ends if end is not None]
    assert max(known) > min(known) + 0.05, "it matters where one is"
