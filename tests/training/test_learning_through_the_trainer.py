"""Families of each kind learn as a study trains them: by the trainer, from a recipe, on digits they can be asked about.

One for each kind of net: dense layers and plain convolutions, batch normalization and shortcuts, depthwise convolutions
with gates. All families learn 64 images by heart in tests/models/test_learning.py, with an optimizer that is faster to
trace than a study's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from suite.data import DataSpec
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec

DIGITS = DataSpec("digits", image_size=16, train_examples=600, validation_examples=200, test_examples=200)

ADAM = {"optimizer": "adamw", "weight_decay": 0.01, "label_smoothing": 0.0, "flip": False,
        "cutout": 0, "shift": 1, "epochs": 6, "batch_size": 25}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "options", "rate"),
    [
        ("lenet5", {}, 3e-3),
        pytest.param("resnet8", {}, 1e-2, marks=pytest.mark.slow),
        pytest.param("mobilenet_v3_small", {"width": 0.5, "dropout": 0.0}, 1e-2, marks=pytest.mark.slow),
    ],
)
def test_a_family_learns_digits(
    name: str, options: dict[str, Any], rate: float, make_spec: MakeSpec, tmp_path: Path
) -> None:
    """Far above the 10% of guessing on images that it has not seen, and better from the first epoch to the last."""
    rows: list[dict[str, Any]] = []
    spec = make_spec({**ADAM, "learning_rate": rate}, architecture=name, options=options, data=DIGITS)
    result = Trainer().train(spec, tmp_path, lambda row: bool(rows.append(row)))
    assert result["outcome"] == "completed"
    assert rows[-1]["train_loss"] < 0.5 * rows[0]["train_loss"]
    assert result["test_accuracy"] > 0.7
    assert result["val_accuracy"] > 0.7
