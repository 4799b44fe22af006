"""A run with an average: what is saved and tested is the average, and the training goes on with the weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.directories import HISTORY, PREDICTIONS, WEIGHTS
from suite.core.durable import read_json
from suite.training.device import to_numpy
from suite.training.preprocessing import Preprocessing
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def test_the_average_is_saved_and_tested_and_training_is_as_without(make_spec: MakeSpec, tmp_path: Path) -> None:
    from suite import models
    from suite.data import load

    plain, spec = make_spec({"epochs": 2}), make_spec({"epochs": 2, "ema": 0.9})
    trainer = Trainer()
    train(plain, tmp_path / "plain", trainer)
    fields = train(spec, tmp_path / "averaged", trainer)
    without, with_it = (read_json(tmp_path / name / HISTORY) for name in ("plain", "averaged"))
    assert [row["train_loss"] for row in with_it] == pytest.approx([row["train_loss"] for row in without], rel=1e-5)
    assert with_it[-1]["val_loss"] != without[-1]["val_loss"]

    nets = {name: models.build(spec.architecture, (32, 32, 1), 10, **spec.options) for name in ("plain", "averaged")}
    for name, net in nets.items():
        net.load_weights(tmp_path / name / WEIGHTS)
    (graph,) = (graph for graph in trainer._graphs._kept.values() if graph.averages)
    for variable, mine, other in zip(
        graph.net.variables, nets["plain"].variables, nets["averaged"].variables, strict=True
    ):
        np.testing.assert_allclose(to_numpy(variable), to_numpy(mine), rtol=1e-4, atol=1e-5)
        assert not np.array_equal(to_numpy(mine), to_numpy(other))

    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    images = Preprocessing.load(tmp_path / "averaged").apply(data.images[data.test])
    logits = nets["averaged"].predict(images, verbose=0)
    with np.load(tmp_path / "averaged" / PREDICTIONS) as file:
        np.testing.assert_array_equal(logits.argmax(axis=1), file["predicted"])
    assert fields["test_accuracy"] == np.mean(logits.argmax(axis=1) == data.labels[data.test])
