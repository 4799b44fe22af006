"""The edges of a box from a map of scores, by hand, and the head that has them."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from suite.models import ArchitectureError, attached, build, measure
from suite.models.backbone import features
from suite.models.blocks.edges import STEEP, Edges
from suite.models.heads import localization, several_places


def test_even_scores_are_the_middle_and_a_sharp_one_its_place() -> None:
    layer = Edges()
    scores = np.zeros((2, 3, 5, 4), np.float32)
    scores[1, 0, 1, 0] = scores[1, 2, 0, 1] = scores[1, 1, 4, 2] = scores[1, 1, 2, 3] = 200
    found = np.array(layer(scores))
    np.testing.assert_allclose(found[0], 0.5, atol=1e-6)
    np.testing.assert_allclose(found[1], [1 / 4, 1, 1, 1 / 2], atol=1e-6)


def test_a_slope_moves_an_edge_along_its_axis_alone() -> None:
    layer = Edges()
    layer.build((None, 3, 3, 4))
    slope = np.zeros((2, 4), np.float32)
    slope[0, 0], slope[0, 1] = 1, 1  # along the columns: of the left edge, and of the top one, which reads rows
    layer.slope.assign(slope)
    found = np.array(layer(np.zeros((1, 3, 3, 4), np.float32)))[0]
    shares = np.exp(STEEP * np.array([-0.5, 0, 0.5]))
    np.testing.assert_allclose(found, [(shares * [0, 0.5, 1]).sum() / shares.sum(), 0.5, 0.5, 0.5], atol=1e-6)


def test_gradients_reach_the_scores_and_the_slope() -> None:
    import tensorflow as tf

    layer = Edges()
    scores = tf.Variable(np.random.default_rng(0).normal(size=(2, 4, 4, 4)).astype("float32"))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(scores) ** 2)
    for gradient in tape.gradient(total, [scores, *layer.trainable_variables]):
        assert np.abs(gradient).max() > 1e-4


@pytest.mark.parametrize("name", ["resnet8", "vit_ti16"])
def test_the_head_is_logits_then_edges_on_the_last_level(name: str) -> None:
    options = {"width": 0.1} if name == "vit_ti16" else {}
    net = build(name, (32, 32, 3), 7, **options)
    headed = attached(net, localization(7))
    assert headed.output_shape == (None, 11)
    found = np.array(headed(np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")))
    assert (found[:, 7:] > 0).all()
    assert (found[:, 7:] < 1).all()
    channels = several_places(features(net)).shape[-1]
    assert measure(headed).params == measure(net).params + 4 * channels + 4 + 8
    assert measure(headed).macs is not None


def test_a_net_without_maps_and_one_of_a_single_place_are_refused() -> None:
    with pytest.raises(ArchitectureError, match="the net has no maps"):
        attached(build("mlp", (32, 32, 3), 7), localization(7))
    with pytest.raises(ArchitectureError, match="the last map has 1x1 places"):
        attached(build("lenet5", (32, 32, 1), 7), localization(7))


def test_it_is_saved_and_loaded(tmp_path) -> None:
    first, second = (attached(build("resnet8", (32, 32, 3), 4), localization(4)) for _ in range(2))
    pictures = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    first.get_layer("edges").slope.assign(np.full((2, 4), 0.7, np.float32))
    first.save_weights(tmp_path / "x.weights.h5")
    assert np.abs(np.array(first(pictures)) - np.array(second(pictures))).max() > 1e-3
    second.load_weights(tmp_path / "x.weights.h5")
    np.testing.assert_allclose(first(pictures), second(pictures), atol=1e-6)
    assert isinstance(first, keras.Model)
