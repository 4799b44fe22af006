"""From uint8 pixels to what a network sees: each channel to zero mean and unit deviation over the training images.

The values are measured on the training images of a run and stored beside its weights, so that pictures classified
later meet the same preprocessing; how the set's own pictures came to be its images stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from suite.core.durable import read_json, write_json
from suite.core.refusals import unreadable
from suite.data.fit import Fit

PREPROCESSING = "preprocessing.json"
_TUPLES = ("mean", "std", "input_shape", "class_names")
_CHUNK_BYTES = 1 << 26


@dataclass(frozen=True)
class Preprocessing:
    """x = (pixel / 255 - mean) / std per channel, for images of `input_shape` (H, W, C).

    fit: how pictures become such images; None in what was stored before it was kept.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    input_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    fit: Fit | None = None

    @property
    def scale(self) -> np.ndarray:
        """(C,) float32: what a pixel is multiplied with."""
        return np.array([1 / (255 * std) for std in self.std], "float32")

    @property
    def offset(self) -> np.ndarray:
        """(C,) float32: what is added afterwards."""
        return np.array([-mean / std for mean, std in zip(self.mean, self.std, strict=True)], "float32")

    def apply(self, images: np.ndarray) -> np.ndarray:
        """(N, H, W, C) uint8 to float32, as the compiled step does it."""
        return images.astype("float32") * self.scale + self.offset

    def fitted(self, fit: Fit) -> Preprocessing:
        """The same, for a set whose pictures became images by `fit`."""
        return replace(self, fit=fit)

    def save(self, directory: Path) -> None:
        values: dict[str, Any] = {name: list(getattr(self, name)) for name in _TUPLES}
        write_json(directory / PREPROCESSING, values | (self.fit.as_mapping() if self.fit else {}))

    @classmethod
    def load(cls, directory: Path) -> Preprocessing:
        """Raises FileNotFoundError where no final run left its preprocessing."""
        values = read_json(directory / PREPROCESSING)
        fit = Fit.from_mapping(values) if "fit" in values else None
        return cls(**{name: tuple(values[name]) for name in _TUPLES}, fit=fit)


def recorded_preprocessing(directory: Path) -> Preprocessing:
    """What a run's pixels went through. Raises Refusal where the run's record of it is missing, cut or no such record.

    A fit that this version does not know is refused in its own words.
    """
    try:
        found = Preprocessing.load(directory)
        channels = found.input_shape[2]
        if not len(found.mean) == len(found.std) == channels:
            raise ValueError("means, deviations and shape do not fit each other")
        found.apply(np.zeros((1, 1, 1, channels), np.uint8))
    except (OSError, ValueError, LookupError, TypeError, ZeroDivisionError) as error:
        raise unreadable(directory / PREPROCESSING, error) from error
    return found


def measure_preprocessing(images: np.ndarray, index: np.ndarray, class_names: tuple[str, ...]) -> Preprocessing:
    """Mean and standard deviation of each channel over `images[index]`, exact: from counts of the 256 values.

    A channel that never changes gets the deviation 1. Memory stays bounded, for `images` may be a memory map.
    """
    channels = images.shape[-1]
    counts = np.zeros((channels, 256), dtype=np.int64)
    order, rows = np.sort(index), max(1, _CHUNK_BYTES // int(np.prod(images.shape[1:])))
    for start in range(0, len(order), rows):
        chunk = images[order[start : start + rows]]
        for channel in range(channels):
            counts[channel] += np.bincount(chunk[..., channel].ravel(), minlength=256)
    values, total = np.arange(256) / 255, counts.sum(axis=1)
    mean = counts @ values / total
    std = np.sqrt(np.maximum(counts @ values**2 / total - mean**2, 0))
    std[std < 1e-6] = 1.0
    shape = tuple(int(size) for size in images.shape[1:])
    return Preprocessing(tuple(mean.tolist()), tuple(std.tolist()), shape, tuple(class_names))
