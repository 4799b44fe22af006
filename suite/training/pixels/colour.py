"""Operations on a pixel's channels together, or on its neighbours: images (n, H, W, C) float32 from 0 to 255.

An image without three channels has no colour: it stays as it is where only colours would change.
"""

from __future__ import annotations

from typing import Any

from keras import ops

from suite.training.pixels.tables import whole


def grayed(images: Any) -> Any:
    """The gray of each pixel in all channels: Pillow's integer form of ITU-R BT.601."""
    if images.shape[-1] != 3:
        return images
    red, green, blue = (images[..., channel : channel + 1] for channel in range(3))
    gray = ops.floor((19595.0 * red + 38470.0 * green + 7471.0 * blue + 32768.0) / 65536.0)
    return ops.broadcast_to(gray, images.shape)


def smoothed(images: Any) -> Any:
    """The mean of a pixel and its eight neighbours, itself counted five times; the border stays (Pillow's SMOOTH)."""
    if min(images.shape[1:3]) < 3:
        return images
    rows = images[:, :-2] + images[:, 1:-1] + images[:, 2:]
    inner = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:] + 4.0 * images[:, 1:-1, 1:-1]
    inner = ops.floor(inner / 13.0 + 0.5)
    middle = ops.concatenate([images[:, 1:-1, :1], inner, images[:, 1:-1, -1:]], axis=2)
    return ops.concatenate([images[:, :1], middle, images[:, -1:]], axis=1)


def blended(base: Any, images: Any, factor: Any) -> Any:
    """Differences from `base` times a factor (n,): 0 is the base, 1 changes nothing, more goes beyond the image."""
    return whole(base + factor[:, None, None, None] * (images - base))


def saturated(images: Any, factor: Any) -> Any:
    """Differences from the gray times a factor (n,)."""
    return blended(grayed(images), images, factor)


def sharpened(images: Any, factor: Any) -> Any:
    """Differences from the smoothed image times a factor (n,)."""
    return blended(smoothed(images), images, factor)


def hue_turned(images: Any, turn: Any) -> Any:
    """The hue of each pixel turned by (n,) whole circles; lightness and saturation stay (A. R. Smith 1978, HSV)."""
    if images.shape[-1] != 3:
        return images
    red, green, blue = (images[..., channel] for channel in range(3))
    high, low = ops.max(images, axis=-1), ops.min(images, axis=-1)
    span = high - low
    divisor = ops.maximum(span, 1.0)
    sixth = ops.where(
        high == red,
        (green - blue) / divisor,
        ops.where(high == green, 2.0 + (blue - red) / divisor, 4.0 + (red - green) / divisor),
    )
    sixth = sixth + 6.0 * turn[:, None, None]
    channels = []
    for first in (5.0, 3.0, 1.0):
        place = ops.mod(first + sixth, 6.0)
        channels.append(high - span * ops.clip(ops.minimum(place, 4.0 - place), 0.0, 1.0))
    return whole(ops.stack(channels, axis=-1) + 0.5)
