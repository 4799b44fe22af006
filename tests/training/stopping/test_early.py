"""Early stopping: its rule, a run that ends by it, and the same end after a cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.core.directories import HISTORY
from suite.core.durable import read_json
from suite.core.refusals import Refusal
from suite.training.recipe import Recipe
from suite.training.stopping.early import PART
from tests.training.conftest import MakeSpec
from tests.training.runs import Killed, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.mark.parametrize(
    ("seen", "epochs"),
    [
        ([0.1, 0.2, 0.3, 0.4], None),
        ([0.1, 0.3, 0.2, 0.25], 4),
        ([0.3, 0.3, 0.3], 3),
        ([0.1, 0.3, 0.2, 0.31, 0.2], None),
    ],
)
def test_ends_at_the_first_epoch_that_lies_so_far_behind_the_best(seen: list[float], epochs: int | None) -> None:
    ends = [count for count in range(1, len(seen) + 1) if PART.stops(seen[:count], {"patience": 2})]
    assert ends[:1] == ([] if epochs is None else [epochs])


def test_says_which_epoch_was_the_best() -> None:
    assert (
        PART.stops([0.1, 0.3, 0.2, 0.3], {"patience": 2})
        == "stopped after epoch 4: validation was best 2 epochs before"
    )


def test_a_run_ends_by_it_and_again_where_its_end_was_lost(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec({"patience": 1, "epochs": 9, "learning_rate": 1e-9})  # nothing is learnt: no epoch is better
    fields = train(spec, tmp_path / "whole")
    assert (fields["outcome"], fields["epochs"]) == ("completed", 2)
    assert fields["reason"] == "stopped after epoch 2: validation was best 1 epochs before"
    assert fields["test_accuracy"] is not None

    def die(row: dict) -> bool:
        if row["epoch"] == 2:
            raise Killed
        return False

    with pytest.raises(Killed):
        train(spec, tmp_path / "cut", prune=die)
    again = train(spec, tmp_path / "cut")
    assert (again["outcome"], again["epochs"], again["reason"]) == ("completed", 2, fields["reason"])
    assert len(read_json(tmp_path / "cut" / HISTORY)) == 2


def test_without_validation_images_it_is_refused(make_spec: MakeSpec, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"recipe\.patience=1 needs validation images"):
        train(make_spec({"patience": 1}, train_on_validation=True), tmp_path)


def test_off_it_changes_no_identity() -> None:
    assert Recipe(patience=0) == Recipe()
    assert "patience" not in Recipe(patience=0).as_mapping()
