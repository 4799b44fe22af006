"""Normalization layers: ours of batches, equal across backends, and AlexNet's of neighbouring channels."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

EPSILON = 1.001e-5
"""Added to variances: the usual 1e-5, raised to the least that cuDNN and TensorFlow's fused kernel take."""

SLIM_EPSILON = 1e-3
"""What TF-slim adds, Google's code of the Inceptions, MobileNets, NASNets and EfficientNets; keras.applications too."""


def at_least_float32(dtype: str) -> str:
    """The type for what half precision would spoil: float32, and float64 where that is computed with."""
    return "float64" if dtype == "float64" else "float32"


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class BatchNormalization(layers.Layer):
    """Batch normalization over the last axis (Ioffe & Szegedy, arXiv:1502.03167), the same on every backend.

    Under TensorFlow, maps of rank 4 go through the fused kernel, elsewhere and for other ranks through `keras.ops`.
    Scale, offset, moments and moving averages are float32 under half precision too, and float64 for maps of float64.

    The moving average is of the *biased* variance of a batch (divided by n, as Keras does; PyTorch divides by n - 1).
    The fused kernel returns the Bessel-corrected one, which is taken back, so that a model trained on one backend
    predicts on every other as it did.

    follows: whether training normalizes by each batch and moves the averages; set to False on a built layer, it
        normalizes by the averages as they are, while scale and offset go on learning.
    momentum: share of the old average that a step keeps. 0.9 as in PyTorch (where it is called 0.1), not Keras' 0.99
        or Caffe's 0.999, which are still warming up after an epoch of 400 steps.
    scale: whether there is a gain for each channel, `gamma`.
    """

    follows = True

    def __init__(
        self,
        momentum: float = 0.9,
        epsilon: float = EPSILON,
        gamma_initializer: Any = "ones",
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if epsilon < EPSILON:
            raise ValueError(f"epsilon must be at least {EPSILON}, the least that every backend takes, not {epsilon}")
        self.momentum, self.epsilon, self.scale = float(momentum), float(epsilon), scale
        self.gamma_initializer = keras.initializers.get(gamma_initializer)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        def weight(name: str, initializer: Any, trainable: bool) -> Any:
            # autocast=False: half-precision copies of scale and statistics would lose what they are there for
            return self.add_weight(
                name=name, shape=(input_shape[-1],), initializer=initializer, trainable=trainable,
                dtype=at_least_float32(self.compute_dtype), autocast=False,
            )  # fmt: skip

        self.gamma: Any = weight("gamma", self.gamma_initializer, True) if self.scale else None
        self.beta = weight("beta", "zeros", True)
        self.moving_mean = weight("moving_mean", "zeros", False)
        self.moving_variance = weight("moving_variance", "ones", False)

    def call(self, inputs: Any, training: bool = False) -> Any:
        training = bool(training) and self.trainable and self.follows  # a frozen layer keeps its averages, as in Keras
        fusible = len(inputs.shape) == 4 and at_least_float32(self.compute_dtype) == "float32"
        fused = fusible and keras.backend.backend() == "tensorflow"
        normalize = self._fused if fused else self._composed
        outputs, mean, variance = normalize(inputs, training)
        if training:
            self._follow(self.moving_mean, mean)
            self._follow(self.moving_variance, variance)
        return outputs

    def _follow(self, average: Any, value: Any) -> None:
        average.assign(average * self.momentum + value * (1.0 - self.momentum))

    def _fused(self, inputs: Any, training: bool) -> tuple[Any, Any, Any]:
        import tensorflow as tf

        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            self.gamma.value if self.scale else tf.ones_like(self.beta.value),
            self.beta.value,
            mean=None if training else self.moving_mean.value,
            variance=None if training else self.moving_variance.value,
            epsilon=self.epsilon,
            is_training=training,
        )
        if training:
            n = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], "float32")
            variance = variance * (tf.maximum(n - 1.0, 1.0) / n)
        return outputs, mean, variance

    def _composed(self, inputs: Any, training: bool) -> tuple[Any, Any, Any]:
        x = ops.cast(inputs, at_least_float32(self.compute_dtype))
        if training:
            mean, variance = ops.moments(x, axes=list(range(len(inputs.shape) - 1)))
            variance = ops.maximum(variance, 0.0)  # torch's is a difference of two means, which may fall below zero
        else:
            mean, variance = ops.convert_to_tensor(self.moving_mean), ops.convert_to_tensor(self.moving_variance)
        scale = ops.rsqrt(variance + self.epsilon)
        if self.scale:
            scale = ops.convert_to_tensor(self.gamma) * scale
        outputs = (x - mean) * scale + ops.convert_to_tensor(self.beta)
        return ops.cast(outputs, self.compute_dtype), mean, variance

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "gamma_initializer": keras.initializers.serialize(self.gamma_initializer),
            **({} if self.scale else {"scale": False}),  # without it, fingerprints are those of before there was one
        }


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class LocalResponseNormalization(layers.Layer):
    """Each value times (offset + alpha * sum of squares) ** -beta, summed over `size` neighbouring channels.

    Section 3.3 of the 2012 paper, with its constants. Caffe divides alpha by the size and has an offset of 1.
    """

    def __init__(
        self, size: int = 5, offset: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.size, self.offset, self.alpha, self.beta = size, offset, alpha, beta

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, at_least_float32(self.compute_dtype))  # in half precision 2 plus a ten-thousandth is 2
        reach, channels = self.size // 2, inputs.shape[-1]
        squares = ops.pad(ops.square(x), [(0, 0), (0, 0), (0, 0), (reach, reach)])
        total = sum(squares[..., first : first + channels] for first in range(self.size))
        return ops.cast(x * ops.power(self.offset + self.alpha * total, -self.beta), self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        constants = {"size": self.size, "offset": self.offset, "alpha": self.alpha, "beta": self.beta}
        return {**super().get_config(), **constants}
