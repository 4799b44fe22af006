"""Nothing that a training rests on has seen a validation or test image: other pixels and labels there change no bit.

Transforms, normalization, class weights and oversampling, each switched on, in one run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.core.directories import HISTORY
from suite.core.durable import read_json
from suite.data import Dataset, load
from suite.data.targets import LABEL, Targets
from suite.training import trainer
from suite.training.preprocessing import PREPROCESSING
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import train, weights

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

EVERYTHING: dict[str, Any] = {
    "epochs": 2, "loss": "weighted_cross_entropy", "beta": 0.9, "oversample": 0.7, "ema": 0.9, "warmup": 0.1,
    "flip": True, "shift": 2, "cutout": 4, "erasing": 0.3, "resized_crop": 0.5, "rotation": 10.0, "autocontrast": 0.5,
    "equalize": 0.3, "contrast": 0.3, "rand_augment": 2, "auto_augment": "cifar10", "augmix": 3.0, "mixup": 0.2,
    "cutmix": 1.0, "cutmix_probability": 0.5,
}  # fmt: skip

Change = Callable[[Dataset], np.ndarray]
"""From a data set to the positions whose images become others."""


def with_others(data: Dataset, positions: np.ndarray) -> Dataset:
    """The set with other pixels, and the next class for a label, at some positions."""
    images, labels = np.array(data.images), np.array(data.labels)
    images[positions] = np.random.default_rng(9).integers(0, 256, images[positions].shape, dtype=np.uint8)
    labels[positions] = (labels[positions] + 1) % data.num_classes
    return replace(data, images=images, targets=Targets({**data.targets.arrays, LABEL: labels}))


def trained(
    spec: RunSpec, directory: Path, monkeypatch: pytest.MonkeyPatch, chosen: Change
) -> tuple[list[bytes], dict[str, Any], list[float], float | None]:
    """Weights, preprocessing, training losses and the test accuracy of a run on the set with other images."""
    with monkeypatch.context() as patch:
        patch.setattr(trainer, "load", lambda *given, **more: changed(load(*given, **more), chosen))
        fields = train(spec, directory, Trainer())
    losses = [row["train_loss"] for row in read_json(directory / HISTORY)]
    ends = [value.tobytes() for value in weights(directory, spec)]
    return ends, dict(read_json(directory / PREPROCESSING)), losses, fields["test_accuracy"]


def changed(data: Dataset, chosen: Change) -> Dataset:
    return with_others(data, chosen(data))


@pytest.mark.slow
def test_other_validation_and_test_images_change_no_bit_of_a_training(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = make_spec(EVERYTHING)
    spec = replace(spec, data=replace(spec.data, imbalance=0.3, label_noise=0.1))
    as_they_are = trained(spec, tmp_path / "none", monkeypatch, lambda data: data.train[:0])
    apart = trained(
        spec, tmp_path / "apart", monkeypatch, lambda data: np.setdiff1d(np.arange(len(data.images)), data.train)
    )
    assert apart[:3] == as_they_are[:3]
    assert apart[3] != as_they_are[3], "the test itself did see them"
    one = trained(spec, tmp_path / "one", monkeypatch, lambda data: data.train[:1])
    assert one[0] != as_they_are[0]
    assert one[1] != as_they_are[1]
