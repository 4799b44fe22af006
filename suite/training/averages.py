"""The average of a network's weights that a recipe asks for: kept up to date in the compiled step, part of the state.

The step folds the weights in as it meets them, before it changes them: what the last step made is folded in where the
average is looked at. So an average needs nothing of the optimizer, and is the same on every backend.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.averaging import Averaging
from suite.training.device import to_numpy


class Averages:
    """One variable for each weight and moving statistic of a network; counters and random states have none."""

    def __init__(
        self, part: Averaging, net: keras.Model, numbers: Mapping[str, Any], make: Callable[..., Any], passes: int = 1
    ) -> None:
        """`numbers`: the part's, as variables. `make`: the model's `add_weight`: what it makes is its state.

        passes: through the network for each step of the optimizer; the weights change after the last of them.
        """
        self._part, self._numbers, self._passes = part, numbers, passes
        self._of = [variable for variable in net.variables if keras.backend.is_float_dtype(variable.dtype)]
        self.variables = [
            make(shape=of.shape, dtype=of.dtype, initializer="zeros", trainable=False, autocast=False, name="average")
            for of in self._of
        ]
        self._total = make(shape=(), dtype="float32", initializer="ones", trainable=False, autocast=False, name="total")

    def start(self, total_steps: int) -> None:
        """Bring the averages to the start of a training: the weights as they are."""
        self._total.assign(np.float32(total_steps))
        for average, variable in zip(self.variables, self._of, strict=True):
            average.assign(to_numpy(variable))  # a copy: JAX gives a variable's own buffer away in the next step

    def fold(self, number: Any) -> None:
        """Move the averages towards the weights after so many passes; called once for each of them."""
        step = ops.cast(ops.floor_divide(number, self._passes), "float32")
        share = self._part.share(step, ops.convert_to_tensor(self._total), self._numbers)
        if self._passes > 1:
            share = ops.where(ops.equal(ops.mod(number, self._passes), 0), share, 0.0)
        for average, variable in zip(self.variables, self._of, strict=True):
            here = ops.convert_to_tensor(average)
            average.assign(here + ops.cast(share, average.dtype) * (ops.cast(variable, average.dtype) - here))

    @contextlib.contextmanager
    def in_place(self, number: int) -> Iterator[None]:
        """The network with the average after so many passes in place of its weights; afterwards all is as it was."""
        weights, before = ([to_numpy(v) for v in variables] for variables in (self._of, self.variables))
        self.fold(number)
        for variable, average in zip(self._of, self.variables, strict=True):
            variable.assign(to_numpy(average))
        try:
            yield
        finally:
            for variable, value in zip([*self._of, *self.variables], [*weights, *before], strict=True):
                variable.assign(value)
