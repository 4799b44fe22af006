"""A run on rare classes, whole: weights and order come from its training images alone, however they were thinned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.data import load
from suite.training import loop
from suite.training.device import to_numpy
from suite.training.losses.weighted_cross_entropy import class_weights
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def test_weights_and_order_know_the_training_images_alone(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = make_spec({"loss": "weighted_cross_entropy", "beta": 0.9, "oversample": 1.0, "epochs": 2})
    spec = replace(spec, data=replace(spec.data, train_examples=600, imbalance=0.1))
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    orders, order = list[np.ndarray](), loop.epoch_order
    monkeypatch.setattr(loop, "epoch_order", lambda *given: orders.append(order(*given)) or orders[-1])
    trainer = Trainer()
    fields: dict[str, Any] = train(spec, tmp_path, trainer)
    counts = np.bincount(data.labels[data.train], minlength=10)
    assert counts[0] > 5 * counts[-1]
    assert (fields["outcome"], fields["train_examples"]) == ("completed", counts.sum())
    (graph,) = trainer._graphs._kept.values()
    np.testing.assert_allclose(to_numpy(graph.step.class_weights), class_weights(counts, {"beta": 0.9}), rtol=1e-5)
    shown = np.concatenate([rows.ravel() for rows in orders])
    assert set(shown) <= set(data.train)
    times = np.bincount(data.labels[shown], minlength=10)
    assert times.max() < 1.5 * times.min(), "all classes are shown about as often"
