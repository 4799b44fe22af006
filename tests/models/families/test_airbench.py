from __future__ import annotations

import numpy as np
import pytest

from suite.models import build, facts, measure
from suite.models.blocks.whitening import Whitening


def test_counts_are_those_of_the_authors_code(built) -> None:
    """Summed by hand over the layers of airbench94.py: kernels, the stem's 24 biases, a bias and a scale per norm."""
    kernels = 9 * (24 * 64 + 64 * 64 + 64 * 256 + 3 * 256 * 256) + 256 * 10
    norms = 2 * (64 + 256 + 256)
    stem = 24 * 12
    assert kernels + stem + 24 + 2 * norms == 1_972_792  # as PyTorch counts them, with what does not learn
    counted = measure(built("airbench94"))
    assert counted.trainable_params == kernels + 24 + norms == facts("airbench94")["published"]["params"] == 1_971_352
    assert counted.params == counted.trainable_params + stem + 2 * norms
    assert 6 * counted.macs * 9.9 * 50_000 / 1e15 == pytest.approx(0.36, rel=0.04)  # PFLOP of a training, as published


def test_maps_are_pooled_as_published(built) -> None:
    net = built("airbench94")
    sizes = [net.get_layer(name).output.shape[1:] for name in ("stem", *(f"stage{n}_pool" for n in (1, 2, 3)))]
    assert sizes == [(31, 31, 24), (15, 15, 64), (7, 7, 256), (3, 3, 256)]


def test_the_linear_layer_has_no_bias_and_reads_a_ninth_of_the_maximum(images) -> None:
    import keras

    net = build("airbench94", (32, 32, 3), 10, width=0.125)
    last = keras.Model(net.input, net.get_layer("stage3_conv2_gelu").output)
    picture = images(2, (32, 32, 3))
    expected = np.array(last(picture)).max(axis=(1, 2)) / 9 @ np.array(net.get_layer("logits").kernel)
    np.testing.assert_allclose(net(picture), expected, rtol=1e-4, atol=1e-6)


def test_each_idea_has_its_switch() -> None:
    shape = (32, 32, 3)
    plain = build("airbench94", shape, 10, width=0.125, whiten=False, identity=False)
    assert not any(isinstance(layer, Whitening) for layer in plain.layers)
    assert plain.get_layer("stem").kernel.trainable
    kernel = np.array(build("airbench94", shape, 10, width=0.125).get_layer("stage3_conv2").kernel)
    np.testing.assert_array_equal(kernel[1, 1], np.eye(32))
    assert np.abs(np.array(plain.get_layer("stage3_conv2").kernel)[0, 0]).min() > 0
