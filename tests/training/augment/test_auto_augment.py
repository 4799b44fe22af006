"""AutoAugment's policies, recomputed image by image from the draws, with Pillow; their lines."""

from __future__ import annotations

import pytest

from suite.training.augment.auto_augment import PART, POLICIES, pairs
from tests.training.augment.by_hand import apply, images, seen, uniforms
from tests.training.pixels.test_operations import USUAL, agree, amounts_by_hand, by_pillow


@pytest.mark.parametrize(
    ("policy", "interpolation"), [*((policy, "nearest") for policy in POLICIES), ("cifar10", "bilinear")]
)
def test_equals_pillow_image_by_image(policy: str, interpolation: str) -> None:
    pixels, draws, changed = images(height=24, width=30), uniforms(PART.draws), 0
    got = seen(pixels, apply(PART, draws, auto_augment=policy, interpolation=interpolation))
    for image, draw, result in zip(pixels, draws, got, strict=True):
        steps = []
        for place, (name, share, level) in enumerate(pairs(policy)[int(draw[0] * 25)]):
            if draw[1 + place] < share:
                steps.append((name, amounts_by_hand(name, level / 9, bool(draw[3 + place] < 0.5), USUAL, (24, 30))))
        changed += bool(steps)
        agree(result, by_pillow(image, steps, interpolation), 0.06)
    assert changed > len(pixels) / 2


def test_the_policies_are_the_papers() -> None:
    """25 pairs each; some lines, and sums over all of them, from the paper's tables."""
    cifar, imagenet = pairs("cifar10"), pairs("imagenet")
    assert len(cifar) == len(imagenet) == 25
    assert all(len(pair) == 2 for pair in (*cifar, *imagenet))
    assert cifar[1] == (("rotate", 0.7, 2), ("translate_x", 0.3, 9))
    assert cifar[21] == (("translate_y", 0.9, 9), ("translate_y", 0.7, 9))
    assert imagenet[0] == (("posterize", 0.4, 8), ("rotate", 0.6, 9))
    assert imagenet[16] == (("color", 0.8, 8), ("solarize", 0.8, 7))
    used = {name: [sum(step[0] == name for pair in policy for step in pair) for policy in (cifar, imagenet)]
            for name in ("equalize", "autocontrast", "invert", "color", "solarize", "rotate")}  # fmt: skip
    assert used == {"equalize": [9, 17], "autocontrast": [7, 2], "invert": [3, 3], "color": [5, 6], "solarize": [4, 7],
                    "rotate": [1, 6]}  # fmt: skip
