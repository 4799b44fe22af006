"""AugMix, recomputed image by image from the draws, with Pillow and numpy."""

from __future__ import annotations

import numpy as np

from suite.training.augment.augmix import NAMES, PART
from tests.training.augment.by_hand import apply, images, seen, uniforms
from tests.training.pixels.test_operations import by_pillow

SEVERITY, HEIGHT, WIDTH = 3.0, 24, 30


def amount(name: str, strength: float, positive: bool) -> float:
    """The authors' augmentations.py; angles and thresholds with their fractions."""
    way = 1.0 if positive else -1.0
    side = {"translate_x": WIDTH, "translate_y": HEIGHT}.get(name, 0)
    return {
        "posterize": 4 - int(4 * strength), "solarize": 256 * (1 - strength), "rotate": way * 30 * strength,
        "shear_x": way * 0.3 * strength, "shear_y": way * 0.3 * strength,
    }.get(name, way * int(side / 3 * strength))  # fmt: skip


def test_equals_pillow_and_numpy_image_by_image() -> None:
    pixels, draws = images(height=HEIGHT, width=WIDTH), uniforms(PART.draws)
    got, depths = seen(pixels, apply(PART, draws, augmix=SEVERITY)) - 1, []
    for image, draw, result in zip(pixels, draws, got, strict=True):
        parts = -np.log(draw[:3])
        mixed = np.zeros(image.shape)
        for chain in range(3):
            depths.append(1 + int(draw[4 + chain] * 3))
            steps = []
            for step in range(depths[-1]):
                first = 7 + 9 * chain + 3 * step
                strength = (0.1 + draw[first + 1] * (SEVERITY - 0.1)) / 10
                name = NAMES[1 + int(draw[first] * 9)]
                steps.append((name, amount(name, strength, bool(draw[first + 2] < 0.5))))
            mixed += parts[chain] / parts.sum() * np.maximum(by_pillow(image, steps, "bilinear") - 1, 0)
        expected = (1 - draw[3]) * image + draw[3] * mixed
        away = np.abs(result - expected)
        assert (away > 2.01).any(axis=-1).mean() < 0.08
        assert np.median(away) < 0.6
    assert {1, 2, 3} == set(depths)


def test_without_a_share_the_image_stays() -> None:
    pixels, draws = images(), uniforms(PART.draws)
    draws[:, 3] = 0.0
    np.testing.assert_array_equal(seen(pixels, apply(PART, draws, augmix=SEVERITY)), pixels.astype("float32") + 1)
