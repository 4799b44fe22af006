"""Training that begins with published weights."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from suite import models
from suite.core.directories import WEIGHTS
from suite.models import build_untrained
from suite.models.weights.sources import CAFFE, HALF
from suite.training.prediction import likeliest, outputs
from suite.training.preprocessing import Preprocessing
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec

from ..models.conftest import shake

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def test_published_weights_are_trained_on_what_they_were_made_for(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their own normalisation, not that of the new images, in training and in the file that predictions read."""
    spec, asked = make_spec({"epochs": 1}), []
    monkeypatch.setattr(models, "pixel_normalization", lambda name, options: asked.append((name, options)) or HALF)
    Trainer().train(spec, tmp_path, lambda row: False)
    assert asked[0] == (spec.architecture, spec.options)
    assert Preprocessing.load(tmp_path).mean == HALF.mean[:1]  # digits are grey
    assert Preprocessing.load(tmp_path).std == HALF.std[:1]


@pytest.mark.slow
def test_predictions_come_from_the_net_that_was_trained(tmp_path: Path) -> None:
    """ResNet's published weights want the stride in the 1x1 convolution; of the same shapes there is another net."""
    keras.utils.set_random_seed(0)
    net = build_untrained("resnet50", (96, 96, 3), 3, pretrained="imagenet")
    shake(net)
    net.save_weights(tmp_path / WEIGHTS)
    preprocessing = Preprocessing(*CAFFE, (96, 96, 3), ("a", "b", "c"))
    preprocessing.save(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3)).astype("uint8")
    asked = {"architecture": "resnet50", "options": {"pretrained": "imagenet"}}
    found = [dict(ranked) for ranked in likeliest(outputs(tmp_path, asked, pixels), ["a", "b", "c"], 3)]
    wanted = np.array(keras.ops.softmax(net(preprocessing.apply(pixels), training=False)))
    np.testing.assert_allclose([[shares[name] for name in "abc"] for shares in found], wanted, rtol=1e-4, atol=1e-6)
