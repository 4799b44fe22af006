"""Gradient checkpointing: the training of the same batches with the same masks, as another run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite import models
from suite.core.directories import HISTORY
from suite.core.durable import read_json
from suite.core.refusals import Refusal
from suite.training.recipe import Recipe
from suite.training.spec import changes
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import train, weights

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.mark.parametrize(
    "more",
    [{}, pytest.param({"accumulate": 2, "clip_norm": 1.0, "ema": 0.5}, marks=pytest.mark.slow)],
    ids=["plain", "in parts"],
)
def test_it_trains_as_the_net_that_keeps_its_maps(make_spec: MakeSpec, tmp_path: Path, more: dict) -> None:
    """With dropout and batch normalization."""
    found = []
    for recomputed in (False, True):
        spec = make_spec({"epochs": 2, "gradient_checkpointing": recomputed, **more}, architecture="article_cnn")
        directory, trainer = tmp_path / str(recomputed), Trainer()
        train(replace(spec, options={"width": 0.125}), directory, trainer)
        (graph,) = trainer._graphs._kept.values()
        assert hasattr(graph.step.trained, "segments") is recomputed
        found.append((read_json(directory / HISTORY), weights(directory, replace(spec, options={"width": 0.125}))))
    (rows, ends), (other_rows, other_ends) = found
    for row, other in zip(rows, other_rows, strict=True):
        assert other["train_loss"] == pytest.approx(row["train_loss"], rel=1e-3)
        assert other["val_loss"] == pytest.approx(row["val_loss"], rel=1e-3)
    for one, other in zip(ends, other_ends, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-3 * max(1.0, np.abs(one).max()))


def test_it_is_another_run_and_nothing_where_it_is_off(make_spec: MakeSpec) -> None:
    plain, off, on = (make_spec(values) for values in ({}, {"gradient_checkpointing": False}, RECOMPUTED))
    assert off.digest("data", "net") == plain.digest("data", "net") != on.digest("data", "net")
    assert changes(plain.identity("data"), on.identity("data")) == ["recipe.gradient_checkpointing: false became true"]
    assert Recipe(**RECOMPUTED).structure() != Recipe().structure()


RECOMPUTED: dict[str, Any] = {"gradient_checkpointing": True}


def test_a_net_that_cannot_be_cut_is_refused(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    def linear(name: str, shape: Any, classes: int, **options: Any) -> keras.Model:
        pixels = keras.Input(shape)
        return keras.Model(pixels, keras.layers.EinsumDense("bhwc,hwcd->bd", (classes,))(pixels), name="linear")

    monkeypatch.setattr(models, "build", linear)
    with pytest.raises(Refusal, match=r"recipe.gradient_checkpointing=true: linear is too small to be cut .* leave it"):
        train(make_spec(RECOMPUTED), tmp_path)
