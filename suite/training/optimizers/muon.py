"""Muon: the step of a matrix is its momentum with all singular values brought near one, here also for convolutions.

A kernel (height, width, in, out) is taken as the matrix (height * width * in, out), as Jordan takes it, that of a
grouped convolution with all of its groups side by side. Biases, norms, tables, the layer of logits and depthwise
kernels, which are no matrix from channels to channels, are trained by AdamW at the same rate: with a step of
0.2 * sqrt(max(rows, columns)) times the orthogonal matrix, its entries are about as large as AdamW's (Liu et al. 2025).
Keras' own Muon orthogonalises variables of two dimensions only, hence no convolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from suite.training.optimizers import Optimizer, assign_decay, learning_rate, weight_decay, with_decay
from suite.training.recipe.part import Circumstances, Number

COEFFICIENTS = 3.4445, -4.7750, 2.0315
"""Of the polynomial a s + b s^3 + c s^5 that moves every singular value s towards one: Jordan's."""
ITERATIONS = 5
STEP = 0.2
"""Root mean square of the entries of a step at the rate 1: Liu et al."""


def as_matrix(kernel: Any) -> Any:
    """A kernel (..., out) as a matrix (the product of all other axes, out)."""
    from keras import ops

    return ops.reshape(kernel, (-1, kernel.shape[-1]))


def orthogonalized(matrix: Any) -> Any:
    """The matrix (m, n) with its singular values brought to between about 0.7 and 1.2, its singular vectors kept.

    Newton and Schulz' iteration X -> a X + (b A + c A A) X, A = X X^T, on X / |X|; float32.
    """
    from keras import ops

    a, b, c = COEFFICIENTS
    rows, columns = matrix.shape
    x = ops.cast(matrix, "float32")
    x = ops.transpose(x) if rows > columns else x
    x = x / (ops.sqrt(ops.sum(ops.square(x))) + 1e-7)
    for _ in range(ITERATIONS):
        gram = ops.matmul(x, ops.transpose(x))
        x = a * x + ops.matmul(b * gram + c * ops.matmul(gram, gram), x)
    return ops.transpose(x) if rows > columns else x


def is_matrix(variable: Any) -> bool:
    """Whether Muon trains a variable: a kernel, but not that of the logits, and with several outputs for an input."""
    from suite.models.architecture import LOGITS
    from suite.training.groups import decays

    layer = variable.path.rpartition("/")[0]
    return decays(variable) and variable.shape[-1] > 1 and not layer.endswith(LOGITS)


@cache
def _class() -> Any:
    """The optimizer's class; made late, for Keras is not imported where recipes are only checked."""
    import keras
    from keras import ops

    class ConvolutionalMuon(keras.optimizers.Muon):
        def _should_use_adamw(self, variable: Any) -> bool:
            return not is_matrix(variable)

        def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
            self.assign(m, self.momentum * m + gradient)
            looked_ahead = gradient + self.momentum * m if self.nesterov else m
            matrix = as_matrix(looked_ahead)
            step = STEP * max(matrix.shape) ** 0.5 * orthogonalized(matrix)
            self.assign_sub(variable, lr * ops.cast(ops.reshape(step, variable.shape), variable.dtype))

        def _apply_weight_decay(self, variables: Any) -> None:
            keras.optimizers.Optimizer._apply_weight_decay(self, variables)  # one decay, whoever makes the step

    return ConvolutionalMuon


def _build(values: Mapping[str, Any], schedule: Any, variables: Sequence[Any]) -> Any:
    numbers = {name: values[name] for name in ("momentum", "nesterov")}
    return with_decay(_class()(schedule, weight_decay=0.0, name="muon", **numbers), variables)


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    idle = values["nesterov"] and values["momentum"] == 0
    return "recipe.nesterov=true does nothing without a momentum" if idle else None


PART = Optimizer(
    "muon",
    "Orthogonal steps for kernels, AdamW for the rest",
    numbers=(
        learning_rate(0.001),
        Number("momentum", 0.95, "structural", "how much of the last step is taken again", 0, 0.9999),
        Number(
            "nesterov", True, "structural", "the gradient is taken ahead, where momentum leads",
            neutral=False, needs="momentum",
        ),
        weight_decay(0.05, "decoupled from the gradient", tried=(0.001, 0.2)),  # as AdamW's: Liu et al., section 2.2
    ),
    source="Jordan et al. 2024, github.com/KellerJordan/Muon; Liu et al., arXiv:2502.16982",
    idle=_idle,
    build=_build,
    assign=assign_decay,
    decoupled=True,
)  # fmt: skip
