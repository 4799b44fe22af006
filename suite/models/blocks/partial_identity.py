"""Convolutions that begin as the identity where they can."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_comparison_suite")
class PartialIdentity(keras.initializers.Initializer):
    """A convolution whose first filters hand their channels on as they are; the filters beyond them are random.

    Filter i is 1 at the centre of channel i and 0 elsewhere, for as many filters as there are channels (Zagoruyko and
    Komodakis' Dirac initialization, arXiv:1706.00388, in part, as in Jordan 2024, arXiv:2404.00498, section 3.3). The
    others are uniform below 1 / sqrt(inputs of a filter), PyTorch's default. Kernels are (rows, columns, channels,
    filters), their centre is that of padding "same".
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed
        self._uniform = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform", seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        rows, columns, channels, filters = shape
        same = min(channels, filters)
        identity = ops.eye(channels, same, dtype=dtype)[None, None]
        centre = [((rows - 1) // 2, rows // 2), ((columns - 1) // 2, columns // 2), (0, 0)]
        random = self._uniform(shape, dtype)[..., same:]
        return ops.concatenate([ops.pad(identity, [*centre, (0, 0)]), random], axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}
