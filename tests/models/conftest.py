"""What the tests of the models share: small built models, built once, and random images."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

SMALLEST = ["mlp", "article_cnn", "simple_cnn", "exercise_cnn", "lenet5", "alexnet", "vgg11", "vgg11_bn", "plain20",
            "resnet20", "resnet18", "resnet50"]  # fmt: skip
"""The smallest of each kind; the rest of the registry is built by the slow tests."""


def every_architecture() -> list[Any]:
    """Parameters for a test over the whole registry: what is not among the smallest is slow."""
    from suite.models import names

    return [pytest.param(name, marks=[] if name in SMALLEST else pytest.mark.slow) for name in names()]


@pytest.fixture(scope="session")
def built() -> Callable[..., Any]:
    """`built(name, shape=(32, 32, 3), classes=10)`: a model with default options that no test may change."""
    from suite.models import build

    @cache
    def model(name: str, shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10) -> Any:
        return build(name, shape, classes)

    return model


@pytest.fixture
def images() -> Callable[..., np.ndarray]:
    """`images(count, shape)`: standard normal images from a fixed seed."""
    return lambda count, shape: np.random.default_rng(0).standard_normal((count, *shape)).astype("float32")
