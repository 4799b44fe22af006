"""DropBlock: Ghiasi, Lin, Le, "DropBlock: A regularization method for convolutional networks", arXiv:1810.12890."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import keras
from keras import layers, ops

from suite.models.architecture import ArchitectureError
from suite.models.training_progress import training_progress

Schedule = Literal["linear", "constant"]
"""How the rate of dropping comes to its full value: by equal steps over the whole training (section 3: a small one is
better at the start), or at once."""

Dropping = Callable[[Any, str], Any]
"""From a map and a name to the map with a DropBlock behind it, or to itself."""

EARLIER_STAGE = 4
"""The authors' code (tensorflow/tpu, resnet_main.py) divides the rate of a stage by this for each stage after it."""

DROPPED_STAGES = 2
"""Table 1's best ResNet-50 drops in groups 3 and 4, the last two."""


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class DropBlock(layers.Layer):
    """Sets squares of a map to zero in training, and scales what is left by count / count kept (Algorithm 1).

    Each image and each channel has squares of its own, which "tends to work better" than shared ones (section 3); the
    corner of every square that lies in the map as a whole is drawn with gamma of equation 1, which makes the share of
    dropped numbers about `rate`. On maps smaller than `block_size` a square is as large as the shorter side, as in the
    authors' code. Deviation: the count is an image's, over all channels; the authors' code takes the batch's, so that
    an image would depend on its neighbours. The random state is a variable of the layer, as Dropout's.
    """

    def __init__(
        self, rate: float, block_size: int, schedule: str = "linear", seed: int | None = None, **kwargs: Any
    ) -> None:
        """rate: 1 - keep_prob of the paper, at the end of the schedule; block_size: side of a square in pixels."""
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"the rate of DropBlock must be at least 0 and below 1, not {rate}")
        if block_size < 1:
            raise ValueError(f"the side of DropBlock's squares must be at least 1 pixel, not {block_size}")
        self.rate, self.block_size, self.schedule, self.seed = float(rate), int(block_size), schedule, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        batch, (height, width, channels) = ops.shape(inputs)[0], inputs.shape[1:]
        side = min(self.block_size, height, width)
        corners = (batch, height - side + 1, width - side + 1, channels)
        rate = self.rate * (training_progress() if self.schedule == "linear" else 1.0)
        drawn = keras.random.uniform(corners, seed=self.seed_generator) < gamma(rate, side, height, width)
        margin = (side - 1, side - 1)
        grown = ops.pad(ops.cast(drawn, "float32"), [(0, 0), margin, margin, (0, 0)])
        kept = 1.0 - ops.max_pool(grown, side, 1, "valid", "channels_last")
        count = ops.sum(kept, axis=(1, 2, 3), keepdims=True)
        scale = height * width * channels / ops.maximum(count, 1.0)  # where nothing is kept, zeros are scaled
        return inputs * ops.cast(kept * scale, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"rate": self.rate, "block_size": self.block_size, "schedule": self.schedule, "seed": self.seed}
        return {**super().get_config(), **own}


def gamma(rate: Any, side: int, height: int, width: int) -> Any:
    """Equation 1: how likely a square begins at a place, so that about `rate` of a map's numbers are dropped."""
    return rate / side**2 * (height * width) / ((height - side + 1) * (width - side + 1))


def block_dropping(rate: float, block_size: int, schedule: str, stage: int, stages: int) -> Dropping:
    """What puts a DropBlock behind a map of this stage, given the map and a name; nothing at rate 0 and before the
    last two stages. Raises ArchitectureError for squares without a pixel."""
    if block_size < 1:
        raise ArchitectureError(f"block_size is the side in pixels of the squares that are dropped, not {block_size}")
    rate /= EARLIER_STAGE ** (stages - stage)

    def put(x: Any, name: str) -> Any:
        if not rate or stage <= stages - DROPPED_STAGES:
            return x
        return DropBlock(rate, block_size, schedule, name=f"{name}_drop_block")(x)

    return put
