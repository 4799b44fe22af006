from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import Dataset, DataSpec
from suite.data.fit import Fit
from suite.data.targets import Targets


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("image_size", 7),
        ("image_size", 4096),
        ("image_size", "32"),
        ("image_size", True),
        ("source_size", 4096),
        ("source_size", 64),
        ("crop_pct", 0.5),
        ("split_seed", -1),
        ("split_seed", 1.5),
        ("validation_fraction", 0),
        ("validation_fraction", 1.0),
        ("validation_fraction", float("nan")),
        ("validation_fraction", "0.1"),
        ("train_examples", 0),
        ("test_examples", -5),
        ("validation_examples", 2.0),
        ("path", ""),
        ("name", ""),
        ("name", None),
    ],
)
def test_an_impossible_value_is_refused_by_its_key(key: str, value: object) -> None:
    with pytest.raises(Refusal, match=f"data.{key}="):
        DataSpec(**{"name": "digits", key: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"source_size": 64}, "set data.image_size, which is the input's, to less than 64"),
        ({"source_size": 64, "image_size": 64}, "to less than 64"),
        ({"source_size": 32, "image_size": 64}, "larger than the network's input"),
        ({"source_size": "64", "image_size": 32}, "data.source_size='64': expected a whole number"),
        ({"image_size": 32, "crop_pct": 0.875}, "data.crop_pct=0.875 has no effect without data.source_size"),
        ({"source_size": 64, "image_size": 32, "crop_pct": 0}, "data.crop_pct=0: expected a number above 0"),
        ({"source_size": 64, "image_size": 32, "crop_pct": 87.5}, "at most 1"),
        ({"source_size": 64, "image_size": 32, "crop_pct": True}, "expected a number"),
        ({"source_size": 64, "image_size": 32, "crop_pct": 0.9, "target": "box"}, "cut off a box of test images"),
    ],
)
def test_larger_pixels_go_with_the_networks_size(values: dict[str, Any], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        DataSpec("digits", **values)
    whole = DataSpec("digits", source_size=64, image_size=32, crop_pct=1.0, target="box")
    assert whole.crop_pct == 1.0


def test_an_unknown_key_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refusal, match=r"unknown key of data 'image_siz'. Did you mean 'image_size'"):
        DataSpec.from_mapping({"name": "digits", "image_siz": 32})


def test_a_specification_survives_json() -> None:
    spec = DataSpec("folder", path="pictures", image_size=48, split_seed=3, train_examples=100)
    assert DataSpec.from_mapping(json.loads(json.dumps(spec.as_mapping()))) == spec


def test_the_input_shape_is_that_of_one_image() -> None:
    nothing = np.empty(0, np.int64)
    images, targets = np.zeros((2, 5, 6, 3), np.uint8), Targets.of_labels([1, 2])
    dataset = Dataset("x", images, targets, ("a", "b", "c"), nothing, nothing, nothing, "", (), "", "", "", Fit())
    assert dataset.input_shape == (5, 6, 3)
    assert dataset.num_classes == 3
    assert dataset.labels.tolist() == [1, 2]
