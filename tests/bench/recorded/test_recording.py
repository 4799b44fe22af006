"""Recording: what is trained, with the real trainer, and what a run that was cut off leaves to the next."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from suite.bench.recorded.__main__ import main
from suite.bench.recorded.networks import NETWORKS
from suite.bench.recorded.recording import points, trainings
from suite.core.refusals import Refusal
from tests.studies import environment

SCRIPT = """
from pathlib import Path
from suite.bench.recorded import networks, recording
from suite.data import DataSpec
networks.FOLDER = Path({folder!r})
data = DataSpec("digits", train_examples=256, validation_examples=100, test_examples=100)
recording.record(networks.Network("digits", "mlp", {{"base": "standard"}}, data), 2, None)
"""


def test_points_are_the_recipe_and_more_the_more_are_asked_for() -> None:
    few, many = (points(NETWORKS["mlp"], number) for number in (3, 9))
    assert many[:3] == few
    assert few[0] == {"learning_rate": 0.05, "weight_decay": 0.0005}
    assert all(0.01 <= point["learning_rate"] <= 0.5 and 5e-5 <= point["weight_decay"] <= 5e-3 for point in many)


def test_no_two_trainings_have_the_same_seeds() -> None:
    seeds = [training.seed for training in trainings(70)]
    assert len(seeds) == len(set(seeds)) == 4 * 70


@pytest.mark.parametrize("arguments", [[], ["network=unheard"]])
def test_a_network_has_to_be_named(arguments: list[str]) -> None:
    with pytest.raises(Refusal, match="network"):
        main(arguments)


@pytest.mark.slow
def test_what_is_missing_is_trained_and_what_is_there_stays(tmp_path: Path) -> None:
    """Rows that are there are not trained again, and what is trained again is the same."""

    def record() -> list[str]:
        command = [sys.executable, "-c", SCRIPT.format(folder=str(tmp_path))]
        done = subprocess.run(command, env=environment(TF_CPP_MIN_LOG_LEVEL="3"), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return (tmp_path / "digits.csv").read_text(encoding="utf-8").splitlines()

    whole = record()
    assert len(whole) == 1 + 2 * 4
    assert [line.count(",") for line in whole] == [len(whole[0].split(",")) - 1] * len(whole)
    (tmp_path / "digits.csv").write_text("\n".join([*whole[:4], ""]), encoding="utf-8")
    assert record() == whole, json.dumps(whole)
