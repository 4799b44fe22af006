"""Gradient accumulation: the same training as with whole batches, where no layer looks at its batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.directories import HISTORY
from suite.core.durable import read_json
from suite.core.refusals import Refusal
from suite.training.rate import Rate
from suite.training.recipe import Recipe
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import train, weights

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.mark.slow
@pytest.mark.parametrize("more", [{}, {"clip_norm": 0.5, "ema": 0.8}], ids=["plain", "clipped and averaged"])
def test_a_batch_in_parts_trains_as_the_batch(make_spec: MakeSpec, tmp_path: Path, more: dict) -> None:
    """LeNet has neither batch normalization nor dropout; flips, shifts and cutouts are the whole batch's."""
    found = []
    for passes in (1, 4):
        spec, directory = make_spec({"epochs": 2, "accumulate": passes, **more}), tmp_path / str(passes)
        trainer = Trainer()
        fields = train(spec, directory, trainer)
        (graph,) = trainer._graphs._kept.values()
        assert int(graph.optimizer.iterations) == 12
        assert int(graph.counter) == 12 * passes
        found.append((fields, read_json(directory / HISTORY), weights(directory, spec)))
    (whole, rows, ends), (parts, parts_rows, parts_ends) = found
    assert len(rows) == len(parts_rows) == parts["epochs"] == 2
    for row, other in zip(rows, parts_rows, strict=True):
        assert other["train_loss"] == pytest.approx(row["train_loss"], rel=1e-4)
        assert other["learning_rate"] == pytest.approx(row["learning_rate"], rel=1e-6)
    for one, other in zip(ends, parts_ends, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)
    assert parts["train_examples"] == whole["train_examples"]


def test_the_rate_is_that_of_the_step_in_all_of_its_passes() -> None:
    whole, parts = Recipe(schedule="cosine", warmup=0.2), Recipe(schedule="cosine", warmup=0.2, accumulate=4)
    rates = [Rate(recipe) for recipe in (whole, parts)]
    for rate, recipe in zip(rates, (whole, parts), strict=True):
        rate.set(recipe, 10)
    assert [float(rates[1](number)) for number in range(40)] == [float(rates[0](number // 4)) for number in range(40)]


def test_parts_of_unequal_size_are_refused() -> None:
    with pytest.raises(Refusal, match=r"recipe.accumulate=3 does not divide recipe.batch_size=128"):
        Recipe(accumulate=3)
    assert Recipe(accumulate=1) == Recipe()
