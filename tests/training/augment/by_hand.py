"""Batches for the transforms, and what the network sees of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops
from PIL import Image

from suite.training.batch import Batch

COUNT, HEIGHT, WIDTH = 64, 6, 9


def images(channels: int = 3, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (COUNT, height, width, channels), dtype=np.uint8)


def uniforms(draws: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((COUNT, draws), dtype=np.float32)


def normalize(pixels: Any) -> Any:
    return ops.cast(pixels, "float32") + 1.0


def seen(pixels: np.ndarray, *steps: Callable[[Batch], Batch]) -> np.ndarray:
    """What the network sees, after transforms."""
    batch = Batch(ops.convert_to_tensor(pixels), {})
    for step in steps:
        batch = step(batch)
    return ops.convert_to_numpy(batch.normalized(normalize))


def apply(part: Any, draws: np.ndarray, **numbers: Any) -> Callable[[Batch], Batch]:
    """The transform with numbers; those that are not given are the part's defaults."""
    return lambda batch: part.apply(batch, ops.convert_to_tensor(draws), {**part.defaults(), **numbers})


def by_pillow(pixels: np.ndarray, draws: np.ndarray, change: Callable[[Image.Image, Any], Image.Image]) -> np.ndarray:
    """What the network should see of images that Pillow changes, each by its draws."""
    found = [np.asarray(change(Image.fromarray(image), draw)) for image, draw in zip(pixels, draws, strict=True)]
    return np.stack(found).astype("float32") + 1


def nearly(got: np.ndarray, expected: np.ndarray, share: float = 0.0) -> None:
    """Equal but for a share of the values, which differ by one: Pillow rounds in between where we do not."""
    away = np.abs(got - expected)
    assert away.max() <= (1 if share else 0)
    assert (away > 0).mean() <= share


def flipped(image: np.ndarray, draws: np.ndarray) -> np.ndarray:
    return image[:, ::-1] if draws[0] < 0.5 else image


def shifted(image: np.ndarray, draws: np.ndarray, shift: int, mode: str) -> np.ndarray:
    """Pad the normalised image with zeros or its reflection, and crop."""
    padded = np.pad(image, ((shift, shift), (shift, shift), (0, 0)), mode=mode)
    top, left = (int(draw * np.float32(2 * shift + 1)) for draw in draws)
    return padded[top : top + image.shape[0], left : left + image.shape[1]]


def cut(image: np.ndarray, draws: np.ndarray, side: int) -> np.ndarray:
    height, width = image.shape[:2]
    row, column = int(draws[0] * np.float32(height)) - side // 2, int(draws[1] * np.float32(width)) - side // 2
    image = image.copy()
    image[max(row, 0) : max(row + side, 0), max(column, 0) : max(column + side, 0)] = 0
    return image
