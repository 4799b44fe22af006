"""Activations whose gradient is written down, where what a backend derives of them costs more than it has to."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
def gelu(x: Any) -> Any:
    """x times the normal distribution's share below x (Hendrycks and Gimpel, arXiv:1606.08415), exact, any shape.

    Under TensorFlow its derivative, the share plus x times the density, is written down: on a processor it takes two
    thirds of the derived one's time in float32, a third in bfloat16, whose error function is slow: that is computed in
    float32. Other backends fuse their own.
    """
    if keras.backend.backend() != "tensorflow":
        return keras.activations.gelu(x, approximate=False)
    return _gelu(x)


@ops.custom_gradient
def _gelu(x: Any) -> Any:
    wide = x if keras.backend.standardize_dtype(x.dtype) == "float64" else ops.cast(x, "float32")
    share = 0.5 * (1.0 + ops.erf(wide * math.sqrt(0.5)))

    def gradient(*args: Any, upstream: Any = None) -> Any:
        above = args[0] if upstream is None else upstream  # JAX and torch name it otherwise than TensorFlow
        density = ops.exp(-0.5 * ops.square(wide)) * math.sqrt(0.5 / math.pi)
        return ops.cast(ops.cast(above, wide.dtype) * (share + wide * density), x.dtype)

    return ops.cast(wide * share, x.dtype), gradient


def activation(name: Any) -> Any:
    """What a layer takes as its activation: ours for `gelu`, anything else as it was named."""
    return gelu if name == "gelu" else name
