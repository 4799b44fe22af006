"""Random resized crop: a part of each image, of random area and shape, becomes the whole image.

The part lies within the image that the data set keeps: where that is larger than the network's input
(data.source_size), a crop is made smaller or larger, otherwise it is always enlarged. Bilinear as Pillow has it, with
the centres of pixels aligned: where a side becomes smaller each pixel is a mean that weighs by distance over as many
(antialiasing), and nothing beside the crop counts. Where common code draws again because a side is longer than the
image's, it is cut to it here. An accelerator that shortens the factors of matrix products may round a value the other
way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.augment import PLACES, Transform
from suite.training.recipe.part import Number


def _apply(batch: Any, uniforms: Any, numbers: Mapping[str, Any]) -> Any:
    from keras import ops

    height, width = batch.images.shape[1:3]
    size = batch.size
    area = (numbers["resized_crop"] + uniforms[:, 0] * (1.0 - numbers["resized_crop"])) * (height * width)
    ratio = ops.exp((2.0 * uniforms[:, 1] - 1.0) * ops.log(ops.convert_to_tensor(numbers["resized_crop_ratio"])))
    top, tall = _stretch(ops.sqrt(area / ratio), uniforms[:, 2], height)
    left, wide = _stretch(ops.sqrt(area * ratio), uniforms[:, 3], width)
    rows, columns = _weights(top, tall, height, size[0]), _weights(left, wide, width, size[1])

    def crop(images: Any) -> Any:
        count, _, _, channels = images.shape
        images = ops.matmul(rows, ops.reshape(images, (count, height, width * channels)))
        images = ops.reshape(images, (count, size[0], width, channels))
        return ops.floor(ops.einsum("nij,nhjc->nhic", columns, images) + 0.5)

    edges = left / width, top / height, (left + wide) / width, (top + tall) / height
    return batch.cropped(ops.concatenate(edges, axis=1), crop)


def _stretch(length: Any, uniform: Any, size: int) -> tuple[Any, Any]:
    """The first pixel of a crop along an axis, and how many it has: whole numbers as float32, (n, 1)."""
    from keras import ops

    from suite.training.batch import whole_below

    side = ops.cast(ops.clip(ops.round(length), 1, size), "int32")
    first = whole_below(uniform, size - side + 1)
    return ops.cast(first, "float32")[:, None], ops.cast(side, "float32")[:, None]


def _weights(first: Any, side: Any, size: int, seen: int) -> Any:
    """What each place of a crop takes of each of `size` places of an axis, (n, seen, size): rows sum to one."""
    from keras import ops

    centres = (ops.arange(seen, dtype="float32") + 0.5)[None, :] * side / seen - 0.5
    places = first + ops.clip(centres, 0.0, side - 1.0)
    axis = ops.arange(size, dtype="float32")[None, None, :]
    away = ops.abs(places[:, :, None] - axis)
    if size == seen:  # a crop is never larger than what it becomes
        return ops.maximum(0.0, 1.0 - away)
    reach = ops.maximum(side / seen, 1.0)[:, :, None]
    within = ops.logical_and(axis >= first[:, :, None], axis < (first + side)[:, :, None])
    weights = ops.where(within, ops.maximum(0.0, 1.0 - away / reach), 0.0)
    return weights / ops.sum(weights, axis=2, keepdims=True)


PART = Transform(
    "resized_crop",
    "A random part becomes the whole image",
    numbers=(
        Number("resized_crop", 1.0, "switched", "the least share of the area, as 0.08", 0.01, 1, neutral=1.0),
        Number("resized_crop_ratio", 4 / 3, "traced", "the largest ratio of the sides", 1, 4, needs="resized_crop"),
    ),
    source="Szegedy et al., arXiv:1409.4842, section 6",
    apply=_apply,
    switch="resized_crop",
    draws=4,
    order=PLACES - 1,
    from_larger=True,
)
