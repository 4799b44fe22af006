"""Operations of policies against Pillow's: each alone, and their amounts by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from keras import ops
from PIL import Image, ImageEnhance, ImageOps

from suite.training.batch import Batch
from suite.training.pixels import operations
from tests.training.augment.by_hand import normalize
from tests.training.pixels.test_affine import pillow, turning
from tests.training.pixels.test_tables import pictures

Steps = Sequence[tuple[str, float]]
VALUES: dict[str, Callable[[Image.Image, float], Image.Image]] = {
    "brightness": lambda image, amount: ImageEnhance.Brightness(image).enhance(amount),
    "contrast": lambda image, amount: ImageEnhance.Contrast(image).enhance(amount),
    "color": lambda image, amount: ImageEnhance.Color(image).enhance(amount),
    "sharpness": lambda image, amount: ImageEnhance.Sharpness(image).enhance(amount),
    "posterize": lambda image, amount: (
        ImageOps.posterize(image, int(amount)) if amount else ImageOps.solarize(image, 0)
    ),
    "solarize": lambda image, amount: ImageOps.solarize(image, amount),
    "invert": lambda image, amount: ImageOps.invert(image),
    "autocontrast": lambda image, amount: ImageOps.autocontrast(image),
    "equalize": lambda image, amount: ImageOps.equalize(image),
    "identity": lambda image, amount: image,
}


def by_pillow(image: np.ndarray, steps: Steps, interpolation: str = "nearest") -> np.ndarray:
    """Values first, as they lie, then all moves as one map: what the network should see of an image."""
    changed, whole = Image.fromarray(image), np.eye(3)
    middle = np.array([[1, 0, image.shape[1] / 2], [0, 1, image.shape[0] / 2], [0, 0, 1]])
    for name, amount in steps:
        if name in VALUES:
            changed = VALUES[name](changed, amount)
            continue
        move = np.eye(3)
        if name == "rotate":
            move[:2, :2] = turning(amount)
            move = middle @ move @ np.linalg.inv(middle)
        move[0, 1] += amount * (name == "shear_x")
        move[1, 0] += amount * (name == "shear_y")
        move[0, 2] += amount * (name == "translate_x")
        move[1, 2] += amount * (name == "translate_y")
        whole = whole @ move
    return pillow(np.asarray(changed), tuple(whole[:2].ravel()), interpolation)


def agree(got: np.ndarray, expected: np.ndarray, share: float = 0.03) -> None:
    """But for places within rounding of two pixels' border, and for values that are rounded in between."""
    assert (np.abs(got - expected) > 1.01).any(axis=-1).mean() <= share
    assert (got != expected).mean() <= 0.1


AMOUNT = {"rotate": 33.3, "shear_x": -0.27, "shear_y": 0.31, "translate_x": 4.0, "translate_y": -3.0, "posterize": 3.0,
          "solarize": 99.0, "brightness": 0.55, "contrast": 1.45, "color": 0.3, "sharpness": 1.7}  # fmt: skip


@pytest.mark.parametrize("names", [operations.FOURTEEN, ("invert", "rotate", "identity"), ("identity", "sharpness")])
def test_each_image_goes_through_its_own_operation_alone(names: tuple[str, ...]) -> None:
    pixels = np.concatenate([pictures(), pictures(24)[::-1]])
    which = np.arange(len(pixels), dtype=np.int32) % len(names)
    amounts = np.array([AMOUNT.get(names[i], 0.0) for i in which], np.float32)
    batch = Batch(ops.convert_to_tensor(pixels), {})
    batch = operations.act(batch, names, ops.convert_to_tensor(which), ops.convert_to_tensor(amounts))
    got = ops.convert_to_numpy(batch.normalized(normalize))
    for image, i, result in zip(pixels, which, got, strict=True):
        agree(result, by_pillow(image, [(names[i], AMOUNT.get(names[i], 0.0))]))
    assert (got != pixels.astype("float32") + 1).any(axis=(1, 2, 3)).mean() > 0.4


def amounts_by_hand(name: str, strength: float, positive: bool, space: dict[str, Any], size: tuple[int, int]) -> float:
    """torchvision's `_augmentation_space`, in words of our own."""
    way = 1.0 if positive else -1.0
    if name == "rotate":
        return way * space["rotate"] * strength
    if name.startswith("shear"):
        return way * space["shear"] * strength
    if name.startswith("translate"):
        side = size[1] if name.endswith("x") else size[0]
        return way * int(np.float32(space.get("translate", space.get("share", 0.0) * side) * strength))
    if name in ("brightness", "contrast", "color", "sharpness"):
        return 1 + way * space["factor"] * strength
    if name == "posterize":
        return 8 - round((8 - space["bits"]) * strength)
    return 255.0 * (1 - strength) if name == "solarize" else 0.0


USUAL = {"rotate": 30.0, "shear": 0.3, "factor": 0.9, "bits": 4, "share": 150 / 331}
WIDE = {"rotate": 135.0, "shear": 0.99, "factor": 0.99, "bits": 2, "translate": 32.0}


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("positive", [True, False])
def test_amounts_are_the_published_ones(strength: float, positive: bool) -> None:
    names, size = operations.FOURTEEN, (32, 40)
    which = ops.convert_to_tensor(np.arange(len(names), dtype=np.int32))
    many = ops.convert_to_tensor(np.full(len(names), strength, np.float32))
    ways = ops.convert_to_tensor(np.full(len(names), positive))
    got = ops.convert_to_numpy(operations.USUAL.of(names, which, many, ways, size))
    expected = [amounts_by_hand(name, strength, positive, USUAL, size) for name in names]
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
