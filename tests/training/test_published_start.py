"""A run from published weights, whole, with a file in the layout of keras.applications' own: there is no other here.

The file is written by keras.applications' model in the format of its published ones (HDF5, by layers), with random
numbers, and read by keras.applications' own constructor, as it reads the published one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format
from PIL import Image

from suite import models
from suite.config.compose import compose
from suite.config.study import study_from
from suite.core.directories import RunKey
from suite.models.weights import imagenet
from suite.models.weights.sources import SOURCES
from suite.study.opening import open_datasets
from suite.study.plan import spec_for
from suite.training.prediction import outputs
from suite.training.preprocessing import Preprocessing
from suite.training.trainer import Trainer
from tests.models.conftest import shake

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAME = "mobilenet_v3_small"
STUDY = f"""
dataset: folder
data: {{path: pictures, image_size: 96}}
recipe: {{base: standard, batch_size: 8, mixup: 0.2, schedule: cosine, epochs: 1}}
search: {{space: null}}
seeds: 1
axes: [weights]
candidates:
  head: {{architecture: {NAME}, weights: imagenet, recipe: {{freeze: true}}}}
  finetuned: {{architecture: {NAME}, weights: imagenet}}
"""


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of the published layout, which `weights="imagenet"` reads from now on."""
    constructor = getattr(keras.applications, SOURCES[NAME].constructor)
    keras.utils.set_random_seed(3)
    theirs = constructor(weights=None, classifier_activation=None)
    shake(theirs)
    path = tmp_path / "weights_mobilenet_v3_small_224_1.0_float.h5"
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, theirs)
    monkeypatch.setattr(
        keras.applications, SOURCES[NAME].constructor, lambda weights, **given: constructor(weights=str(path), **given)
    )
    imagenet._imagenet.cache_clear()
    yield path
    imagenet._imagenet.cache_clear()


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    generator = np.random.default_rng(0)
    for label in ("cat", "dog"):
        for number in range(16):
            place = tmp_path / "pictures" / label / f"{number}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(generator.integers(0, 256, (96, 96, 3), np.uint8)).save(place)
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "photos.yaml").write_text(STUDY)
    monkeypatch.chdir(tmp_path)
    return study_from(compose(["study=photos"]))


def layers(net: Any) -> dict[str, list[np.ndarray]]:
    return {layer.name: [np.array(value) for value in layer.get_weights()] for layer in net.layers if layer.weights}


@pytest.mark.slow
def test_a_candidate_starts_from_the_published_file_and_predicts(study: Any, published: Path, tmp_path: Path) -> None:
    data, trainer = open_datasets(study), Trainer()
    changed = {}
    for candidate in study.candidates:
        key = RunKey(candidate.name, "shared", "final", 0)
        spec = spec_for(study, candidate, key, {}, data[candidate.name])
        directory = tmp_path / candidate.name
        assert trainer.train(spec, directory, lambda row: False)["outcome"] == "completed"
        start = layers(models.build(NAME, (96, 96, 3), 2, pretrained="imagenet"))
        ended = layers(models.of_run(directory, NAME, (96, 96, 3), 2, candidate.options).net())
        changed[candidate.name] = {name for name in start if not all(map(np.array_equal, start[name], ended[name]))}
        assert Preprocessing.load(directory).mean == SOURCES[NAME].normalization.mean
        pixels = data[candidate.name].images[:3]
        assert outputs(directory, spec.identity(""), pixels).shape == (3, 2)
    assert changed["head"] == {"logits"}
    assert len(changed["finetuned"]) > 50
