"""Luminance, and value in the sense of hue, saturation and value, of images (H, W, 1 or 3) from 0 to 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

LUMA = np.array([0.299, 0.587, 0.114])
"""Of red, green and blue: ITU-R BT.601."""


def luminance(image: Reals) -> Reals:
    """(H, W, 1)."""
    return image @ LUMA[:, None] if image.shape[-1] == 3 else image


def with_value(image: Reals, value: Reals) -> Reals:
    """The image with another value (H, W, 1), and its hue and saturation: both are left where a colour is multiplied.

    Black has neither, and becomes grey.
    """
    before = image.max(axis=-1, keepdims=True)
    grey = before == 0
    return np.where(grey, value, image * (value / np.where(grey, 1.0, before)))
