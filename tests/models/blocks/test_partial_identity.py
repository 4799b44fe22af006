"""Convolutions that begin as the identity where they can."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from suite.models.blocks.partial_identity import PartialIdentity


@pytest.mark.parametrize(("channels", "filters"), [(5, 8), (6, 6), (7, 4)])
def test_channels_are_handed_on_and_further_filters_are_random(channels: int, filters: int) -> None:
    images = np.random.default_rng(0).normal(size=(2, 6, 5, channels)).astype("float32")
    convolution = layers.Conv2D(
        filters, 3, padding="same", use_bias=False, kernel_initializer=PartialIdentity(seed=1)
    )  # fmt: skip
    outputs, same = ops.convert_to_numpy(convolution(images)), min(channels, filters)
    np.testing.assert_array_equal(outputs[..., :same], images[..., :same])
    random = ops.convert_to_numpy(convolution.kernel)[..., same:]
    assert random.shape[-1] == filters - same
    if random.size:
        bound = 1 / np.sqrt(9 * channels)
        assert np.abs(random).max() <= bound
        assert random.std() == pytest.approx(bound / np.sqrt(3), rel=0.2)


def test_it_draws_by_its_seed_and_survives_serialisation() -> None:
    first, other = (np.array(PartialIdentity(seed)((3, 3, 2, 6), "float32")) for seed in (1, 2))
    assert not np.array_equal(first, other)
    copy = keras.initializers.get(keras.initializers.serialize(PartialIdentity(1)))
    np.testing.assert_array_equal(copy((3, 3, 2, 6), "float32"), first)
