"""A recipe's optimizer, built for a network's variables, and brought to the start of a run.

The way of a value from its key in a YAML file to here is told in `suite.training.recipe`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from suite.training.rate import Rate
from suite.training.recipe import Recipe, parts


def make_optimizer(recipe: Recipe, variables: Sequence[Any]) -> keras.optimizers.Optimizer:
    """An optimizer built for `variables`; `set_optimizer` gives it a recipe's numbers."""
    rate = Rate(recipe)
    optimizer = parts("optimizers")[recipe.optimizer].build(recipe.as_mapping(), rate, variables)
    optimizer.schedule = rate
    optimizer.schedule_values = rate.values  # assigned to the optimizer, it becomes part of its tracked state
    optimizer.build(variables)
    return optimizer


def set_optimizer(optimizer: keras.optimizers.Optimizer, recipe: Recipe, total_steps: int) -> None:
    """Bring the optimizer to the start of a training: no momenta, step 0, the recipe's numbers."""
    for variable in optimizer.variables:
        variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))
    optimizer.schedule.set(recipe, total_steps)
    part = parts("optimizers")[recipe.optimizer]
    if part.assign is not None:
        part.assign(optimizer, recipe.as_mapping())
