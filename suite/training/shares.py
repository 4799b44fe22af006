"""Variables that learn at a share of the optimizer's rate: what the transfer parts and updates of a recipe ask for.

Every optimizer's step, its decay included, is in proportion to the rate; so a step at a share of the rate is that share
of the step. It is taken once the optimizer has made the whole step, and thus serves all optimizers and backends alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.recipe import Number, Recipe
from suite.training.slow_weights import numbers_of


class Shares:
    """Makes an optimizer step by shares. Its numbers are variables that the optimizer tracks, and so its state."""

    def __init__(self, optimizer: Any, recipe: Recipe, depths: Mapping[str, Any]) -> None:
        """`depths`: the `suite.models.depth.Depth` of each variable of the network, by its path."""
        self._recipe, self._updates = recipe, [part for part in recipe.of("updates") if part.share is not None]
        self._parts = [part for part in recipe.of("transfer") if part.share is not None]
        self._optimizer, self._depths = optimizer, depths
        self._numbers = {number.name: _variable(optimizer, number.name) for number in _numbers(self._parts)}
        self._epoch_steps = _variable(optimizer, "epoch_steps")
        self._apply = optimizer._backend_apply_gradients
        optimizer._backend_apply_gradients = self._apply_by_shares

    def set(self, recipe: Recipe, total_steps: int) -> None:
        """Take a run's values."""
        for name, variable in self._numbers.items():
            variable.assign(np.float32(getattr(recipe, name)))
        self._epoch_steps.assign(np.float32(total_steps / recipe.epochs))

    def of(self, variable: Any) -> Any:
        """A variable's share at the optimizer's present step; 1.0, Python's number, where it always has the whole."""
        step = ops.cast(self._optimizer.iterations, "float32")  # of whole steps, whatever passes they have
        epoch = ops.floor((step + 0.5) / ops.convert_to_tensor(self._epoch_steps))  # amid the step: no rounding matters
        numbers = {name: ops.convert_to_tensor(number) for name, number in self._numbers.items()}
        found = [part.share(self._depths[variable.path], epoch, numbers) for part in self._parts]
        found += [part.share(variable, numbers_of(self._optimizer, self._recipe, part)) for part in self._updates]
        changed = [share for share in found if not isinstance(share, float)]
        return reduce(ops.multiply, changed) if changed else 1.0

    def _apply_by_shares(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        shared = [(variable, share) for variable in variables if not isinstance(share := self.of(variable), float)]
        before = [ops.copy(variable) for variable, _ in shared]  # on TensorFlow a conversion is the variable itself
        self._apply(gradients, variables)
        for (variable, share), value in zip(shared, before, strict=True):
            step = ops.convert_to_tensor(variable) - value
            variable.assign(value + ops.cast(share, value.dtype) * step)


def shared(recipe: Recipe) -> bool:
    """Whether some variables of a recipe's training may learn at a rate of their own."""
    return any(part.share is not None for part in (*recipe.of("transfer"), *recipe.of("updates")))


def _numbers(parts: Sequence[Any]) -> list[Number]:
    return [number for part in parts for number in part.numbers]


def _variable(optimizer: Any, name: str) -> Any:
    """A number of the optimizer's, which tracks what is set on it."""
    variable = keras.Variable(1.0, dtype="float32", trainable=False, name=name)
    setattr(optimizer, name, variable)
    return variable
