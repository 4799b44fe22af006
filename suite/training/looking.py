"""Where a network looks: Grad-CAM, as small maps over each image.

R. Selvaraju et al., Grad-CAM, arXiv:1610.02391, equations 1 and 2: the maps of a level, each weighted by the mean of a
class's gradient over its places, added up; what is below zero counts as nothing. The class is the predicted one: it is
asked what spoke for the answer that was given.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from suite.models.architecture import POOLED, ArchitectureError
from suite.models.backbone import features

ROOM = 4
"""Rows and columns that a level needs to say where something is; of those that have them, the last is read."""
CHUNK = 32


def attention(net: Any, inputs: NDArray[np.float32], classes: NDArray[np.integer]) -> NDArray[np.uint8] | None:
    """For each image a map (N, rows, columns) of what speaks for its class, 255 where most does, 0 where nothing does.

    inputs: what the network sees, (N, h, w, c); classes: (N,). None for a network without maps of some size, whose
    answer cannot be read from them alone (perceptrons, transformers with a token for the class).
    """
    parts = _parts(net)
    if parts is None:
        return None
    body, head = parts
    found = []
    for start in range(0, len(inputs), CHUNK):
        maps = body(inputs[start : start + CHUNK], training=False)
        wanted = ops.one_hot(classes[start : start + CHUNK], head.output_shape[-1], dtype="float32")
        slopes = ops.mean(ops.cast(_slopes(head, maps, wanted), "float32"), axis=(1, 2), keepdims=True)
        heat = ops.relu(ops.sum(ops.cast(maps, "float32") * slopes, axis=-1))
        found.append(ops.convert_to_numpy(heat))
    heat = np.concatenate(found)
    most = heat.max(axis=(1, 2), keepdims=True)
    shares = np.divide(heat, most, out=np.zeros_like(heat), where=most > 0)
    return np.nan_to_num(255 * shares).round().astype(np.uint8)


def _parts(net: Any) -> tuple[Any, Any] | None:
    """The network up to its last maps that have room, and from there to its answer."""
    try:
        levels = [maps for name, maps in features(net).items() if name != POOLED and min(maps.shape[1:3]) >= ROOM]
        return (keras.Model(net.inputs[0], levels[-1]), keras.Model(levels[-1], net.outputs[0])) if levels else None
    except (ArchitectureError, ValueError):  # the answer is not read from the maps alone
        return None


def _slopes(head: Any, maps: Any, wanted: Any) -> Any:
    """The gradient of the wanted outputs, added up, by the maps."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(maps)
            total = ops.sum(ops.cast(head(maps, training=False), "float32") * wanted)
        return tape.gradient(total, maps)
    if backend == "jax":
        import jax

        fixed = [
            [variable.value for variable in own] for own in (head.trainable_variables, head.non_trainable_variables)
        ]

        def total_of(given: Any) -> Any:
            return ops.sum(ops.cast(head.stateless_call(*fixed, given, training=False)[0], "float32") * wanted)

        return jax.grad(total_of)(maps)
    given = maps.detach().requires_grad_()
    ops.sum(ops.cast(head(given, training=False), "float32") * wanted).backward()
    return given.grad
