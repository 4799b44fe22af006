"""What the tests of the models share: small built models, built once, and random images."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest

from suite.models.facts import golden

SLOW_FAMILIES = {"CIFAR DenseNet", "CoAtNet", "DenseNet", "EfficientNetV2", "GhostNet", "InceptionV3", "NASNet"}
"""Hundreds of layers even in the smallest variant."""


REPRESENTATIVES = [*golden.smallest_of_families().values(), "resnet8"]
"""The smallest of each family; of the CIFAR ResNets it is one without shortcuts, so the one with them as well."""

QUICK = [*(name for name in REPRESENTATIVES if golden.lines()[name]["family"] not in SLOW_FAMILIES),
         "article_cnn", "simple_cnn", "exercise_cnn", "vgg11_bn", "resnet20", "plain20", "resnet50"]  # fmt: skip
"""What tests without a mark build; the rest of the registry is built by the slow tests."""

BUILDERS = [*REPRESENTATIVES, *(name for name in QUICK if name not in (*REPRESENTATIVES, "resnet20", "plain20")),
            "alexnet_grouped"]  # fmt: skip
"""One architecture for each piece of code that builds any: what else there is differs from these in numbers alone."""


def marked(chosen: Iterable[str]) -> list[Any]:
    """Parameters for a test over these architectures: what is not quick is slow."""
    quick = {*QUICK, *BUILDERS} - {name for name in golden.lines() if golden.lines()[name]["family"] in SLOW_FAMILIES}
    return [pytest.param(name, marks=[] if name in quick else pytest.mark.slow) for name in chosen]


def every_architecture() -> list[Any]:
    return marked(golden.lines())


def every_family() -> list[Any]:
    return marked(REPRESENTATIVES)


def every_builder() -> list[Any]:
    return marked(BUILDERS)


def steady(name: str) -> dict[str, float]:
    """The options with which an architecture computes the same twice in training: nothing is dropped."""
    from suite.models import option_names
    from suite.models.architecture import RATES

    return {option: 0.0 for option in RATES if option in option_names(name)}


def shake(model: Any) -> None:
    """Scales, offsets and biases away from the ones and zeros they begin with, that all of them matter."""
    random = np.random.default_rng(1)
    for weight in model.weights:
        if weight.name in ("gamma", "beta", "bias", "gain", "token", "moving_mean", "moving_variance"):
            centre = 1.0 if weight.name in ("gamma", "gain", "moving_variance") else 0.0
            weight.assign(centre + random.uniform(-0.3, 0.3, weight.shape))


@pytest.fixture(scope="session", autouse=True)
def what_is_imported_stays() -> None:
    """Keras collects garbage whenever a session is cleared: without a look at the half million objects of imports."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def built() -> Callable[..., Any]:
    """`built(name, shape=(32, 32, 3), classes=10)`: a model with default options that no test may change."""
    from suite.models import build

    @cache
    def kept(name: str, shape: tuple[int, int, int], classes: int) -> Any:
        return build(name, shape, classes)

    def model(name: str, shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10) -> Any:
        return (kept if name in QUICK else build)(name, shape, classes)  # the slow tests' would fill the memory

    return model


@pytest.fixture(scope="session")
def narrow() -> Callable[[str], Any]:
    """`narrow(name)`: half as wide, for 32x32 images in 10 classes, with nothing dropped. A test may change its
    weights, and must not mind those that another has left."""
    from suite.models import build

    @cache
    def kept(name: str) -> Any:
        keras.utils.set_random_seed(0)
        return build(name, (32, 32, 3), 10, width=0.5, **steady(name))

    return kept


@pytest.fixture
def images() -> Callable[..., np.ndarray]:
    """`images(count, shape)`: standard normal images from a fixed seed."""
    return lambda count, shape: np.random.default_rng(0).standard_normal((count, *shape)).astype("float32")


def pictures(count: int, side: int) -> np.ndarray:
    """Images of differing colours, coarse shapes and fine grain: of noise alone a deep net sees only the mean."""
    random = np.random.default_rng(0)
    shapes = random.normal(size=(count, 4, 4, 3)).repeat(side // 4, axis=1).repeat(side // 4, axis=2)
    images = shapes + random.normal(size=(count, 1, 1, 3)) + 0.5 * random.normal(size=shapes.shape)
    return (np.round(images * 64) / 64).astype("float32")  # so that 255 times as much is exact in float32, too


@pytest.fixture
def double() -> None:
    """In float64: a hundred layers amplify the rounding of float32 to more than what is to be shown."""
    keras.config.set_dtype_policy("float64")
