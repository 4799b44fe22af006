"""A convolution in groups that trains at a useful speed on processors too."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class GroupedConv2D(layers.Conv2D):
    """Keras' Conv2D with `groups`, of the same weights and results; on a processor each group is convolved by itself.

    TensorFlow's processor kernels have no groups, so Keras compiles such a convolution with XLA, whose own, as JAX's,
    are loops without vectors: with them RegNetY-400MF trains 20 to 70 times slower than in parts.
    """

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        if not groups_are_slow():
            return super().convolution_op(inputs, kernel)
        parts = zip(ops.split(inputs, self.groups, axis=-1), ops.split(kernel, self.groups, axis=-1), strict=True)
        return ops.concatenate([super(GroupedConv2D, self).convolution_op(*part) for part in parts], axis=-1)


def conv2d(*arguments: Any, groups: int = 1, **options: Any) -> layers.Conv2D:
    """Keras' Conv2D, or ours where there are groups."""
    return GroupedConv2D(*arguments, groups=groups, **options) if groups > 1 else layers.Conv2D(*arguments, **options)


def groups_are_slow() -> bool:
    """Whether the backend has no fast kernel for groups: TensorFlow and JAX on a processor."""
    return keras.backend.backend() != "torch" and keras.distribution.list_devices()[0].startswith("cpu")
