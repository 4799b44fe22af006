"""Operations that give every pixel of a channel with the same value the same new one: as tables, composed before any
pixel is looked up.

values: (n, C, 256) float32, what each raw value has become so far; counts: alike, how many pixels have the raw value.
Each function gives the values after one operation more, whole numbers from 0 to 255.
"""

from __future__ import annotations

from typing import Any

from keras import ops

GRAY = (0.299, 0.587, 0.114)
"""What red, green and blue weigh in a gray: ITU-R BT.601."""


def whole(values: Any) -> Any:
    """Clipped to 0 and 255 and without a fraction, as Pillow does it."""
    return ops.floor(ops.clip(values, 0.0, 255.0))


def brightened(values: Any, factor: Any) -> Any:
    """Times a factor (n,); 1 changes nothing."""
    return whole(values * _each(factor))


def contrasted(values: Any, counts: Any, factor: Any) -> Any:
    """Differences from the image's mean gray times a factor (n,); 1 changes nothing."""
    means = ops.sum(values * counts, axis=2) / ops.sum(counts, axis=2)
    channels = values.shape[1]
    weights = ops.convert_to_tensor(GRAY if channels == 3 else (1 / channels,) * channels, "float32")
    gray = ops.floor(ops.sum(means * weights, axis=1) + 0.5)
    return whole(_each(gray) + _each(factor) * (values - _each(gray)))


def inverted(values: Any) -> Any:
    return 255.0 - values


def solarized(values: Any, threshold: Any) -> Any:
    """Values from a threshold (n,) on are inverted; 256 changes nothing."""
    return ops.where(values < _each(threshold), values, inverted(values))


def posterized(values: Any, bits: Any) -> Any:
    """The highest bits (n,) of a value are left, from 0 to 8; 8 changes nothing."""
    step = ops.power(2.0, 8.0 - _each(bits))
    return ops.floor(values / step) * step


def stretched(values: Any, counts: Any) -> Any:
    """Automatic contrast: the darkest value of a channel becomes 0, the brightest 255."""
    seen = counts > 0
    low = ops.min(ops.where(seen, values, 255.0), axis=2, keepdims=True)
    high = ops.max(ops.where(seen, values, 0.0), axis=2, keepdims=True)
    wide = whole((values - low) * 255.0 / ops.maximum(high - low, 1.0))
    return ops.where(high > low, wide, values)


def equalized(values: Any | None, counts: Any) -> Any:
    """A channel's values are spread so that each range of them has as many pixels; integer steps as Pillow's.

    values: None where they are the raw ones, which costs less.
    """
    where = None if values is None else _entries(values)
    now = counts if where is None else _recounted(where, counts)
    before = ops.cumsum(now, axis=2) - now
    rest = ops.max(ops.where(now > 0, before, 0.0), axis=2, keepdims=True)  # all but those of the highest value
    step = ops.floor(rest / 255.0)
    table = whole((ops.floor(step / 2.0) + before) / ops.maximum(step, 1.0))
    if where is None:
        return ops.where(step > 0, table, ops.arange(256, dtype="float32"))
    spread = ops.reshape(ops.take(ops.reshape(table, (-1,)), where, axis=0), counts.shape)
    return ops.where(step > 0, spread, values)


def _entries(values: Any) -> Any:
    """Where the entry of each value stands in a flat table, int32."""
    images, channels, _ = values.shape
    first = ops.reshape(ops.arange(images * channels, dtype="int32") * 256, (images, channels, 1))
    return ops.reshape(ops.cast(values, "int32") + first, (-1,))


def _recounted(where: Any, counts: Any) -> Any:
    """How many pixels have each value now, whose entries stand at `where`."""
    images, channels, _ = counts.shape
    found = ops.segment_sum(ops.reshape(counts, (-1,)), where, num_segments=images * channels * 256)
    return ops.reshape(found, counts.shape)


def _each(amount: Any) -> Any:
    return ops.cast(amount, "float32")[:, None, None]
