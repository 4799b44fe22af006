"""Masks that keras-cv makes, from random numbers that come in; the only importer of keras-cv.

Its layers draw from generators of their own, whose state a checkpoint does not hold: resumed would not equal
uninterrupted. So their inner functions are called here with a generator that returns the numbers it was given, in the
order in which they are asked for. They are TensorFlow's operations whatever Keras runs on, so that another backend is
refused; and one image at a time, for they take no batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from suite.core.refusals import Refusal

ROTATION = 0.15
"""The largest part of a full turn, either way: keras-cv's default for GridMask."""


def spectrum_width(width: int) -> int:
    """How many frequencies FourierMix looks at along an axis of so many pixels."""
    return width // 2 + 1 + width % 2


def grids(ratios: Any, uniforms: Any, size: tuple[int, int]) -> Any:
    """True within the squares of a turned grid, for each image: (n, H, W).

    ratios: (n,), the squares' side as a part of the grid's unit. uniforms: (n, 4) for the unit's size, for where the
    grid begins in either direction, and for how far it is turned. Raises Refusal where Keras runs on another backend.
    """
    _require_tensorflow("grid_mask")
    import tensorflow as tf

    layer = _layer("GridMask", rotation_factor=ROTATION)

    def grid(draws: Any) -> Any:
        ratio, unit, right, down = tf.unstack(draws)
        layer._random_generator = _Given([unit, right, down])
        return tf.cast(layer._compute_grid_mask((*size, 1), ratio), "float32")

    draws = tf.concat([ratios[:, None], uniforms[:, :3]], axis=1)
    diagonal = -(-((size[0] ** 2 + size[1] ** 2) ** 0.5) // 1)
    shape = tf.TensorSpec((int(diagonal), int(diagonal)), "float32")
    masks = tf.map_fn(grid, draws, fn_output_signature=shape)[..., None]
    angles = 2.0 * 3.141592653589793 * ROTATION * (2.0 * uniforms[:, 3] - 1.0)
    turned = layer.random_rotate.augment_images(masks, {"angles": angles})[..., 0]
    top, left = ((int(diagonal) - side) // 2 for side in size)
    return turned[:, top : top + size[0], left : left + size[1]] > 0.0


def fourier(shares: Any, normals: Any, decay: float, size: tuple[int, int]) -> Any:
    """One where an image stays its own and zero elsewhere, float32 (n, H, W): low frequencies, cut at a level.

    shares: (n,), how much of each image is one, to a pixel. normals: (n, 2, spectrum_width(W), 2), of the first two
    rows of the spectrum: keras-cv, as the authors' code, looks at no others. Raises Refusal where Keras runs on another
    backend.
    """
    _require_tensorflow("fourier_mix")
    import tensorflow as tf

    layer = _layer("FourierMix", decay_power=decay)
    sides = tf.constant(size)  # it counts with them as TensorFlow does

    def mask(values: tuple[Any, Any]) -> Any:
        share, rows = values
        layer._random_generator = _Given([tf.pad(rows[None], [[0, 0], [0, size[0] - 2], [0, 0], [0, 0]])])
        drawn = layer._sample_mask_from_transform(decay, sides)
        return tf.ensure_shape(layer._binarise_mask(drawn, share, sides), size)

    return tf.map_fn(mask, (shares, normals), fn_output_signature=tf.TensorSpec(size, "float32"))


@cache
def _layer(name: str, **values: float) -> Any:
    """A layer of keras-cv, made in a thread of its own, which is outside of any graph that is being traced here.

    It has a seed, though its generator is never asked: without one it takes TensorFlow's global generator, which there
    is none of where determinism is enabled; and the variable of one with a seed cannot be made while a graph is traced.
    """
    import keras_cv

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(getattr(keras_cv.layers, name), seed=1, **values).result()


class _Given:
    """In the place of a layer's random generator: what it returns is what it was given, in this order.

    Uniform numbers from 0 to 1 are brought to the range that is asked for.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = list(values)

    def uniform(self, shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None) -> Any:
        return minval + self._values.pop(0) * (maxval - minval)

    def normal(self, shape: Any) -> Any:
        return self._values.pop(0)


def _require_tensorflow(name: str) -> None:
    from keras import backend

    if backend.backend() != "tensorflow":
        raise Refusal(
            f"recipe.{name} is computed by keras-cv, whose functions are TensorFlow's alone, and Keras runs on "
            f"{backend.backend()} here: take backend=tensorflow, or leave it out"
        )
