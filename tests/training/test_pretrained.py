"""Training that begins with published weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.training.preprocessing import Preprocessing
from suite.training.run import Trainer

from .conftest import MakeSpec

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def test_published_weights_are_trained_on_what_they_were_made_for(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their own normalisation, not that of the new images, in training and in the file that predictions read."""
    from suite import models
    from suite.models.sources import HALF

    spec, asked = make_spec({"epochs": 1}), []
    monkeypatch.setattr(models, "pixel_normalization", lambda name, options: asked.append((name, options)) or HALF)
    Trainer().train(spec, tmp_path, 1, lambda row: False)
    assert asked[0] == (spec.architecture, spec.options)
    assert Preprocessing.load(tmp_path).mean == HALF.mean[:1]  # digits are grey
    assert Preprocessing.load(tmp_path).std == HALF.std[:1]
