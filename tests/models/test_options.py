"""Options do what their docstrings say: counts with them are the published or derived ones, outputs change."""

from __future__ import annotations

import numpy as np
import pytest

from suite.models import build, build_outline, measure
from suite.models.facts import golden

IMAGENET, CIFAR = ((224, 224, 3), 1000), ((32, 32, 3), 10)


@pytest.mark.parametrize(
    ("name", "options", "place", "learned"),
    [
        ("googlenet", {"auxiliary": True}, IMAGENET, 13_378_280),
        ("shufflenet_v1", {"groups": 8}, IMAGENET, 2_434_768),
        ("mobilenet_v1", {"separable": False}, IMAGENET, 29_294_088),
        ("vit_ti16", {"pooling": "mean"}, IMAGENET, 5_717_416 - 2 * 192),  # no class token, no position for it
        ("preact_resnet18", {"final_norm": True}, CIFAR, 11_172_170),
        ("resnet20", {"shortcut": "B"}, CIFAR, 272_474),
    ],
)
def test_counts_with_options(name: str, options: dict, place: tuple, learned: int) -> None:
    assert measure(build_outline(name, *place, **options)).trainable_params == learned


def test_the_compound_coefficients_of_b2_make_b2_of_b0() -> None:
    made = measure(build_outline("efficientnet_b0", *CIFAR, width=1.1, depth=1.2))
    counts = golden.counts("efficientnet_b2", *CIFAR)
    assert counts is not None
    assert (made.params, made.macs) == (counts["params"], counts["macs"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("alexnet_grouped", {"lrn": False}),
        ("coatnet0", {"activation": "relu"}),
        ("lenet5", {"pooling": "max"}),
        ("mobilenet_v2", {"linear": False}),
        ("mobilenet_v2", {"skip": False}),
        ("shufflenet_v1", {"shuffle": False}),
        ("swin_tiny", {"shift": False}),
        ("vit_ti16", {"activation": "relu"}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_options_without_weights_change_the_outputs(name: str, option: dict, images) -> None:
    shape = (96, 96, 3) if name == "swin_tiny" else (32, 32, 3)
    plain, changed = build(name, shape, 10, width=0.25), build(name, shape, 10, width=0.25, **option)
    changed.set_weights(plain.get_weights())
    pictures = images(2, shape)
    assert np.abs(np.array(plain(pictures)) - np.array(changed(pictures))).max() > 1e-6
