"""What two families share: padding as the papers have it, small blocks. The last layer is a head (`heads.py`).

All images are (batch, height, width, channels). Where a family's docstring says that it begins as He et al., its last
layer and the second convolution of its gates begin as Glorot & Bengio instead: no ReLU follows them.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
from keras import layers, ops

from suite.models.architecture import ArchitectureError
from suite.models.blocks.activations import activation as ours
from suite.models.blocks.grouped_convolution import conv2d
from suite.models.blocks.normalization import EPSILON, BatchNormalization

Activation = str | None
"""A name of keras.activations, or none."""


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class DropPath(layers.Layer):
    """Stochastic depth (Huang et al., arXiv:1603.09382): leaves out the whole of an image's path at `rate` in training.

    Each image of a batch is drawn for itself, and what stays is scaled by 1 / (1 - rate). The random state is a
    variable of the layer, as Dropout's: it is saved and resumed with the weights.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"the rate of DropPath must be at least 0 and below 1, not {rate}")
        self.rate, self.seed = float(rate), seed
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        one_per_image = (None, *[1] * (len(inputs.shape) - 1))
        return keras.random.dropout(inputs, self.rate, noise_shape=one_per_image, seed=self.seed_generator)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class LayerScale(layers.Layer):
    """A learned gain for each channel (Touvron et al., arXiv:2103.17239), `initial` at the start."""

    def __init__(self, initial: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initial = float(initial)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        initializer = keras.initializers.Constant(self.initial)
        self.gain = self.add_weight(name="gain", shape=(input_shape[-1],), initializer=initializer)

    def call(self, inputs: Any) -> Any:
        return ops.multiply(inputs, self.gain)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "initial": self.initial}


Padding = Literal["both", "same"]
"""`both`: kernel // 2 on every side, as Caffe and PyTorch do. `same`: TensorFlow's, which pads an even map at stride 2
on the right and below only, and so shifts every later map by a pixel against the other (and against an identity
shortcut that keeps every second pixel)."""


def scaled(channels: int, width: float) -> int:
    """Channels times the option `width`, to the nearest whole number, at least 1."""
    return max(1, round(channels * width))


def make_divisible(value: float, divisor: int = 8) -> int:
    """The multiple of `divisor` nearest to `value` (halves go up), never below 90% of it (MobileNets' rule)."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest if nearest >= 0.9 * value else nearest + divisor


def increasing(last: float, count: int) -> list[float]:
    """Rates of stochastic depth for `count` blocks: from 0 by equal steps to `last`."""
    return [last * number / max(count - 1, 1) for number in range(count)]


def linear_decay(last: float, count: int) -> list[float]:
    """Rates of stochastic depth for `count` blocks by the paper's rule (Huang et al., arXiv:1603.09382, equation 4):
    block l of L is left out at l / L times `last`, for the stem counts as the block before the first."""
    return [last * number / count for number in range(1, count + 1)]


def require_shortcuts(skip: bool, rate: float) -> None:
    """Raises ArchitectureError where blocks are to be left out of a net that has nothing beside them."""
    if rate and not skip:
        raise ArchitectureError(
            f"drop_path={rate:g} leaves out what lies beside a shortcut, and skip=false leaves out the shortcuts: "
            "set only one of them"
        )


def convolution(
    x: Any,
    filters: int,
    kernel: int,
    stride: int = 1,
    *,
    name: str,
    padding: Padding = "both",
    use_bias: bool = False,
    initializer: Any = "he_normal",
    groups: int = 1,
) -> Any:
    """A square convolution; its kernel is odd."""
    x, margin = _padded(x, kernel, stride, padding, name)
    return conv2d(
        filters, kernel, stride, margin,
        use_bias=use_bias, kernel_initializer=initializer, groups=groups, name=name,
    )(x)  # fmt: skip


same_convolution = partial(convolution, padding="same")
"""For nets that were trained with TensorFlow's padding."""


def _padded(x: Any, kernel: int, stride: int, padding: Padding, name: str) -> tuple[Any, str]:
    """What a convolution reads, and the padding that it then has in Keras' words."""
    if padding != "both":
        return x, padding
    if stride == 1 or kernel == 1:
        return x, "same" if stride == 1 else "valid"
    return layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x), "valid"


def depthwise(
    x: Any,
    kernel: int,
    stride: int = 1,
    *,
    name: str,
    padding: Padding = "both",
    use_bias: bool = False,
    initializer: Any = None,
) -> Any:
    """One filter for each channel; as He et al. unless an initializer is given."""
    x, margin = _padded(x, kernel, stride, padding, name)
    return layers.DepthwiseConv2D(
        kernel, stride, margin, use_bias=use_bias, depthwise_initializer=initializer or _he_of_one_channel(), name=name
    )(x)  # fmt: skip


same_depthwise = partial(depthwise, padding="same")
"""For nets that were trained with TensorFlow's padding."""


def _he_of_one_channel() -> Any:
    """He's normal for filters that see one channel. Keras takes their kernel * kernel inputs for the fan-out, and those
    of all channels for the fan-in: its own he_normal begins with weights smaller by the root of the channels."""
    return keras.initializers.VarianceScaling(2.0, "fan_out")


def normalized(x: Any, name: str, activation: Activation = "relu", epsilon: float = EPSILON) -> Any:
    """Batch normalization, then the activation."""
    return activated(BatchNormalization(epsilon=epsilon, name=f"{name}_bn")(x), name, activation)


def activated(x: Any, name: str, activation: Activation = "relu") -> Any:
    """The activation in a layer of its own, called `name` and the activation's name."""
    if activation is None:
        return x
    if activation == "relu":
        return layers.ReLU(name=f"{name}_relu")(x)
    return layers.Activation(ours(activation), name=f"{name}_{activation}")(x)


def squeeze_excite(
    x: Any, reduced: int, *, name: str, activation: Activation = "relu", gate: Activation = "sigmoid"
) -> Any:
    """Squeeze and excitation (Hu et al., arXiv:1709.01507): each channel times a gate that all channels' means set."""
    y = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean")(x)
    y = layers.Conv2D(
        reduced, 1, activation=activation, kernel_initializer="he_normal", name=f"{name}_reduce"
    )(y)  # fmt: skip
    y = layers.Conv2D(x.shape[-1], 1, activation=gate, name=f"{name}_expand")(y)
    return layers.Multiply(name=f"{name}_scale")([x, y])


def separable(x: Any, filters: int, kernel: int, stride: int = 1, *, name: str) -> Any:
    """A filter for each channel and then a 1x1 convolution, as one layer, padded as TensorFlow's "same"."""
    return layers.SeparableConv2D(
        filters, kernel, stride, "same",
        use_bias=False, depthwise_initializer=_he_of_one_channel(), pointwise_initializer="he_normal", name=name,
    )(x)  # fmt: skip


def stem_pool(x: Any) -> Any:
    """The 3x3 maximum at stride 2 after a stem of 7x7, padded with zeros: neutral where the maps are not negative."""
    x = layers.ZeroPadding2D(1, name="stem_pool_pad")(x)
    return layers.MaxPooling2D(3, 2, name="stem_pool")(x)


def dropped(x: Any, rate: float, name: str) -> Any:
    """Dropout; at rate 0 its input."""
    return layers.Dropout(rate, name=name)(x) if rate else x


def drop_path(x: Any, rate: float, name: str) -> Any:
    """Stochastic depth on the end of a path; at rate 0 the path itself."""
    return DropPath(rate, name=name)(x) if rate else x


def residual(x: Any, y: Any, name: str, rate: float = 0.0) -> Any:
    """x + y, with stochastic depth on y."""
    return layers.Add(name=f"{name}_add")([x, drop_path(y, rate, f"{name}_drop_path")])


def adaptive_average_pooling(x: Any, size: int, name: str) -> Any:
    """Average pooling to a map of size x size, PyTorch's AdaptiveAvgPool2d; also enlarges a smaller map."""
    height, width = x.shape[1:3]
    if (height, width) == (size, size):
        return x
    if height % size == 0 and width % size == 0:  # the usual case, and the faster kernel
        return layers.AveragePooling2D((height // size, width // size), name=name)(x)
    return layers.AdaptiveAveragePooling2D(size, name=name)(x)
