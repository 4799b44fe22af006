"""What two families share: our batch normalization, padding as the papers have it, the last layer.

All images are (batch, height, width, channels).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

EPSILON = 1.001e-5
"""Added to variances: the usual 1e-5, raised to the least that cuDNN and TensorFlow's fused kernel take."""


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class BatchNormalization(layers.Layer):
    """Batch normalization over the last axis (Ioffe & Szegedy, arXiv:1502.03167), the same on every backend.

    Under TensorFlow, maps of rank 4 go through the fused kernel, elsewhere and for other ranks through `keras.ops`.
    Scale, offset, moments and moving averages are float32 whatever the precision of the maps.

    The moving average is of the *biased* variance of a batch (divided by n, as Keras does; PyTorch divides by n - 1).
    The fused kernel returns the Bessel-corrected one, which is taken back, so that a model trained on one backend
    predicts on every other as it did.

    momentum: share of the old average that a step keeps. 0.9 as in Caffe and PyTorch (where it is called 0.1), not
        Keras' 0.99, which is still warming up after an epoch of 400 steps.
    """

    def __init__(
        self, momentum: float = 0.9, epsilon: float = EPSILON, gamma_initializer: Any = "ones", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if epsilon < EPSILON:
            raise ValueError(f"epsilon must be at least {EPSILON}, the least that every backend takes, not {epsilon}")
        self.momentum, self.epsilon = float(momentum), float(epsilon)
        self.gamma_initializer = keras.initializers.get(gamma_initializer)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        def weight(name: str, initializer: Any, trainable: bool) -> Any:
            # autocast=False: half-precision copies of scale and statistics would lose what they are there for
            return self.add_weight(
                name=name, shape=(input_shape[-1],), initializer=initializer, trainable=trainable,
                dtype="float32", autocast=False,
            )  # fmt: skip

        self.gamma = weight("gamma", self.gamma_initializer, True)
        self.beta = weight("beta", "zeros", True)
        self.moving_mean = weight("moving_mean", "zeros", False)
        self.moving_variance = weight("moving_variance", "ones", False)

    def call(self, inputs: Any, training: bool = False) -> Any:
        training = bool(training) and self.trainable  # a frozen layer keeps its statistics, as in Keras
        fused = keras.backend.backend() == "tensorflow" and len(inputs.shape) == 4
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
            self.gamma.value,
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
        x = ops.cast(inputs, "float32")
        if training:
            mean, variance = ops.moments(x, axes=list(range(len(inputs.shape) - 1)))
            variance = ops.maximum(variance, 0.0)  # torch's is a difference of two means, which may fall below zero
        else:
            mean, variance = ops.convert_to_tensor(self.moving_mean), ops.convert_to_tensor(self.moving_variance)
        scale = ops.convert_to_tensor(self.gamma) * ops.rsqrt(variance + self.epsilon)
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
        }


def scaled(channels: int, width: float) -> int:
    """Channels times the option `width`, to the nearest whole number, at least 1."""
    return max(1, round(channels * width))


def convolution(
    x: Any,
    filters: int,
    kernel: int,
    stride: int = 1,
    *,
    name: str,
    use_bias: bool = False,
    initializer: Any = "he_normal",
) -> Any:
    """A square convolution padded by kernel // 2 on every side, as Caffe and PyTorch do.

    TensorFlow's own "same" pads an even map at stride 2 on the right and below only, which shifts every later map by a
    pixel against the papers' (and against an identity shortcut that keeps every second pixel), so strided ones pad
    first.
    """
    if stride > 1 and kernel > 1:
        x = layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x)
    padding = "same" if stride == 1 else "valid"
    return layers.Conv2D(
        filters, kernel, stride, padding, use_bias=use_bias, kernel_initializer=initializer, name=name
    )(x)  # fmt: skip


def normalized(x: Any, name: str, relu: bool = True) -> Any:
    """Batch normalization, and ReLU unless told otherwise."""
    x = BatchNormalization(name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def adaptive_average_pooling(x: Any, size: int, name: str) -> Any:
    """Average pooling to a map of size x size, PyTorch's AdaptiveAvgPool2d; also enlarges a smaller map."""
    height, width = x.shape[1:3]
    if (height, width) == (size, size):
        return x
    if height % size == 0 and width % size == 0:  # the usual case, and the faster kernel
        return layers.AveragePooling2D((height // size, width // size), name=name)(x)
    return layers.AdaptiveAveragePooling2D(size, name=name)(x)


def logits(x: Any, num_classes: int, initializer: Any = "glorot_uniform") -> Any:
    """The last layer: one number per class, float32 also under mixed precision (a softmax of bfloat16 has 3 digits)."""
    return layers.Dense(num_classes, kernel_initializer=initializer, dtype="float32", name="logits")(x)
