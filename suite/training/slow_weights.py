"""Slow weights beside those that an optimizer trains, which go back to them now and then (`updates/lookahead.py`).

They are variables of the optimizer, and so part of its state, and what is done with them comes after its whole step:
it serves all optimizers and backends alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.device import to_numpy
from suite.training.recipe import Recipe


class SlowWeights:
    """Makes an optimizer, which is built for `variables`, keep slow ones beside them."""

    def __init__(self, optimizer: Any, recipe: Recipe, variables: Sequence[Any]) -> None:
        (self._part,) = with_slow_weights(recipe)
        self._optimizer, self._recipe, self._variables = optimizer, recipe, list(variables)
        self._slow = {id(of): optimizer.add_variable_from_reference(of, name="slow") for of in variables}
        optimizer.slow_total = keras.Variable(1.0, dtype="float32", trainable=False, name="slow_total")
        self._apply = optimizer._backend_apply_gradients
        optimizer._backend_apply_gradients = self._apply_and_follow

    def set(self, total_steps: int) -> None:
        """Bring the slow weights to the start of a training: the weights as they are."""
        self._optimizer.slow_total.assign(np.float32(total_steps))
        for variable in self._variables:
            self._slow[id(variable)].assign(to_numpy(variable))

    def _apply_and_follow(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        self._apply(gradients, variables)
        passes, done = self._recipe.passes, self._optimizer._iterations + 1  # of passes, which Keras counts afterwards
        t = ops.cast(ops.floor_divide(done, passes), "float32")
        share, back = self._part.slow(t, ops.convert_to_tensor(self._optimizer.slow_total), self._numbers())
        if passes > 1:
            whole = ops.equal(ops.mod(done, passes), 0)
            share, back = ops.where(whole, share, 0.0), ops.logical_and(whole, back)
        for variable in variables:
            slow, value = self._slow[id(variable)], ops.convert_to_tensor(variable)
            before = ops.convert_to_tensor(slow)
            moved = before + ops.cast(share, before.dtype) * (value - before)
            slow.assign(moved)
            variable.assign(ops.where(back, moved, value))

    def _numbers(self) -> dict[str, Any]:
        return numbers_of(self._optimizer, self._recipe, self._part)


def with_slow_weights(recipe: Recipe) -> list[Any]:
    """The part of a recipe that asks for slow weights, if there is one."""
    return [part for part in recipe.of("updates") if part.slow is not None]


def numbers_of(optimizer: Any, recipe: Recipe, part: Any) -> dict[str, Any]:
    """The numbers of an update: variables of the optimizer as they are now, structural ones as Python's."""
    return {
        n.name: getattr(recipe, n.name) if n.kind == "structural" else ops.convert_to_tensor(getattr(optimizer, n.name))
        for n in part.numbers
    }
