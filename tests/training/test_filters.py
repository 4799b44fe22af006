"""Which filters of a network are kept, and that they are its own."""

from __future__ import annotations

import numpy as np
import pytest

from suite.models import build
from suite.training.filters import MAPS, MOST, MOST_DENSE, first_filters, first_maps


@pytest.mark.parametrize(
    ("name", "shape", "wanted"),
    [
        ("exercise_cnn", (32, 32, 3), (32, 3, 3, 3)),
        ("vgg11", (32, 32, 3), (MOST, 3, 3, 3)),
        ("lenet5", (32, 32, 1), (6, 5, 5, 1)),
        ("mlp", (8, 8, 3), (MOST_DENSE, 8, 8, 3)),
        ("vit_ti16", (32, 32, 3), (MOST, 4, 4, 3)),
    ],
)
def test_the_first_layers_filters_are_kept(name: str, shape: tuple[int, int, int], wanted: tuple[int, ...]) -> None:
    net = build(name, shape, 10)
    filters = first_filters(net)
    assert filters is not None
    assert filters.shape == wanted
    first = next(layer for layer in net.layers if getattr(layer, "kernel", None) is not None)
    kernel = np.array(first.kernel)
    kernel = kernel if kernel.ndim == 4 else kernel.reshape(*shape, -1)
    np.testing.assert_allclose(filters[1], kernel[..., 1], rtol=2e-3, atol=1e-6)


def test_the_first_layers_maps_are_its_answer_to_an_image() -> None:
    net = build("resnet8", (32, 32, 3), 10)
    image = np.random.default_rng(0).normal(size=(32, 32, 3)).astype("float32")
    maps = first_maps(net, image)
    assert maps is not None
    assert maps.shape == (MAPS, 32, 32)
    kernel = np.array(next(layer for layer in net.layers if getattr(layer, "kernel", None) is not None).kernel)
    middle = (image[9:12, 14:17, :, None] * kernel).sum(axis=(0, 1, 2))
    np.testing.assert_allclose(maps[:, 10, 15], middle, rtol=5e-3, atol=5e-3)
    assert first_maps(build("mlp", (8, 8, 3), 10), image[:8, :8]) is None
