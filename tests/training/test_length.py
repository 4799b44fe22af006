"""Lengths that are no whole epochs: the last one ends early, with a row of its own, and the schedule ends with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.core import faults
from suite.core.durable import read_json
from suite.training.recipe import Recipe
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import dying, outcome_of, train

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
BATCHES = 6  # of an epoch of the small run


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collects a word for each step that is trained."""
    steps: list[str] = []

    def reach(name: str) -> None:
        if name == "training.step":
            steps.append(name)

    monkeypatch.setattr(faults, "reach", reach)
    return steps


@pytest.mark.parametrize(("epochs", "steps", "rows"), [(2.5, 15, 3), (2, 12, 2), (1.06, 6, 1), (0.001, 1, 1)])
def test_as_many_steps_as_the_length_says(
    make_spec: MakeSpec, trainer: Trainer, tmp_path: Path, epochs: float, steps: int, rows: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    spec = make_spec({"epochs": epochs, "warmup": 0.0})
    train(spec, tmp_path / "first", trainer)  # traced by now
    trained = counted(monkeypatch)
    fields = train(spec, tmp_path / "run", trainer)
    assert len(trained) == steps
    history = read_json(tmp_path / "run" / "history.json")
    assert [row["epoch"] for row in history] == list(range(1, rows + 1))
    assert fields["epochs"] == min(epochs, rows)
    assert spec.applied.rounds(BATCHES * spec.applied.batch_size) == rows
    assert history[-1]["val_accuracy"] == fields["val_accuracy"]


def test_the_rate_ends_at_zero_with_the_last_step_of_a_part(
    make_spec: MakeSpec, trainer: Trainer, tmp_path: Path
) -> None:
    train(make_spec({"epochs": 2.5}), tmp_path, trainer)
    rates = [row["learning_rate"] for row in read_json(tmp_path / "history.json")]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.02 * 0.05 < rates[-2], "the cosine's last step, and not that of a third epoch's half"


def test_a_run_that_is_cut_in_its_last_part_ends_as_if_it_were_not(
    make_spec: MakeSpec, trainer: Trainer, tmp_path: Path, small_segments: None
) -> None:
    spec = make_spec({"epochs": 2.5})
    whole = outcome_of(tmp_path / "whole", spec, train(spec, tmp_path / "whole", trainer))
    with dying(2 * BATCHES + 3):
        train(spec, tmp_path / "cut", trainer)
    assert outcome_of(tmp_path / "cut", spec, train(spec, tmp_path / "cut", Trainer())) == whole


def test_whole_epochs_stay_whole_numbers() -> None:
    assert repr(Recipe(epochs=3.0).epochs) == "3"


@pytest.mark.parametrize(
    ("epochs", "steps", "rounds"),
    [(3, 30, 3), (2.4, 24, 3), (2.05, 20, 2), (2.06, 21, 3), (1.96, 20, 2), (0.001, 1, 1)],
)
def test_a_part_of_less_than_half_a_step_begins_no_epoch(epochs: float, steps: int, rounds: int) -> None:
    recipe = Recipe(epochs=epochs, batch_size=32)
    assert (recipe.steps(329), recipe.rounds(329)) == (steps, rounds)


def test_segments_are_within_the_length(make_spec: MakeSpec, trainer: Trainer, tmp_path: Path) -> None:
    """With passes whose gradients are added up, the length is a whole number of the optimizer's steps."""
    fields = train(make_spec({"epochs": 1.5, "accumulate": 2}), tmp_path, trainer)
    assert fields["outcome"] == "completed"
