from __future__ import annotations

import keras
import numpy as np
import pytest

from suite.models import build, build_outline, measure
from suite.models.families.cifar_resnet import SubsampledIdentity


@pytest.mark.parametrize("depth", [20, 32, 44])
def test_depth_counts_weighted_layers_of_the_main_path(depth: int) -> None:
    model = build_outline(f"resnet{depth}", (32, 32, 3), 10, width=0.25, shortcut="B")
    weighted = [x for x in model.layers if type(x).__name__ in ("Conv2D", "Dense") and "project" not in x.name]
    assert len(weighted) == depth


def test_option_a_has_the_plain_nets_parameters_and_b_more() -> None:
    count = {
        "A": measure(build_outline("resnet20", (32, 32, 3), 10)).trainable_params,
        "B": measure(build_outline("resnet20", (32, 32, 3), 10, shortcut="B")).trainable_params,
        "plain": measure(build_outline("plain20", (32, 32, 3), 10)).trainable_params,
    }
    assert count == {"A": 269_722, "B": 272_474, "plain": 269_722}


def test_option_a_keeps_every_second_pixel_and_adds_zero_channels() -> None:
    picture = np.random.default_rng(0).random((2, 7, 6, 3)).astype("float32")
    layer = SubsampledIdentity(5, 2)
    outputs = keras.ops.convert_to_numpy(layer(picture))
    assert outputs.shape == layer.compute_output_shape(picture.shape) == (2, 4, 3, 5)
    np.testing.assert_array_equal(outputs[..., :3], picture[:, ::2, ::2])
    np.testing.assert_array_equal(outputs[..., 3:], 0)


def test_a_block_whose_convolutions_are_zero_is_the_identity() -> None:
    """Why residual nets can be deep: with its last scale at zero a block passes on what it got."""
    model = build("resnet20", (32, 32, 3), 10)
    model.get_layer("stage1_block2_conv2_bn").gamma.assign(np.zeros(16))
    block = keras.Model(
        model.get_layer("stage1_block1_relu").output, model.get_layer("stage1_block2_relu").output
    )  # fmt: skip
    maps = np.random.default_rng(0).random((1, 32, 32, 16)).astype("float32")  # not negative, as after a ReLU
    np.testing.assert_allclose(block(maps), maps, rtol=1e-6)


def test_the_model_survives_serialisation(built, images) -> None:
    model = built("resnet20")
    copy = keras.Model.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy(images(2, (32, 32, 3))), model(images(2, (32, 32, 3))), rtol=1e-5, atol=1e-6)
