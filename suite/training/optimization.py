"""A recipe's optimizer, built for a network's variables, and brought to the start of a run.

The way of a value from its key in a YAML file to here is told in `suite.training.recipe`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.rate import Rate
from suite.training.recipe import Recipe, parts
from suite.training.shares import Shares, shared
from suite.training.slow_weights import SlowWeights, with_slow_weights

LOSS_SCALE = 2.0**15
"""What the loss is multiplied with at the start under float16, as in Keras: high, for it falls faster than it rises."""


def make_optimizer(
    recipe: Recipe,
    variables: Sequence[Any],
    precision: str = "float32",
    depths: Mapping[str, Any] | None = None,
) -> keras.optimizers.Optimizer:
    """An optimizer built for `variables`; `set_optimizer` gives it a recipe's numbers.

    depths: the `suite.models.depth.Depth` of each variable by its path, for a recipe in which some learn slower.
    precision: under mixed_float16, whose gradients vanish below 6e-8, the loss is scaled (Micikevicius et al.,
    arXiv:1710.03740): a step whose gradients overflow is left out and the scale halved, after 2,000 good steps it is
    doubled. What is left out is no step of the schedule.
    """
    rate = Rate(recipe)
    optimizer = parts("optimizers")[recipe.optimizer].build(recipe.as_mapping(), rate, variables)
    optimizer.schedule = rate
    optimizer.schedule_values = rate.values  # assigned to the optimizer, it becomes part of its tracked state
    _change_gradients(optimizer, recipe)
    if shared(recipe):
        optimizer.shares = Shares(optimizer, recipe, depths or {})
    if recipe.passes > 1:
        optimizer.gradient_accumulation_steps = recipe.passes
    if precision == "mixed_float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=LOSS_SCALE)
        optimizer.schedule = rate
    optimizer.build(variables)
    if with_slow_weights(recipe):
        steps = _inner(optimizer)
        steps.slow_weights = SlowWeights(steps, recipe, variables)
    return optimizer


def _inner(optimizer: keras.optimizers.Optimizer) -> Any:
    """The optimizer that steps, where another scales the loss for it."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def _change_gradients(optimizer: keras.optimizers.Optimizer, recipe: Recipe) -> None:
    """Have the optimizer change gradients as the recipe's updates do, where Keras clips them."""
    updates = recipe.of("updates")
    numbers = [number for part in updates for number in part.numbers]
    for number in numbers:
        if number.kind != "structural":
            variable = keras.Variable(0.0, dtype="float32", trainable=False, name=number.name)
            setattr(optimizer, number.name, variable)  # tracked, as above

    def change(gradients: Sequence[Any]) -> Sequence[Any]:
        for part in updates:
            own = {n.name: getattr(optimizer if n.kind != "structural" else recipe, n.name) for n in part.numbers}
            gradients = part.change(gradients, own)
        return gradients

    if updates:
        optimizer._clip_gradients = change  # Keras' own wants a Python number: another bound would be another graph


def set_optimizer(optimizer: keras.optimizers.Optimizer, recipe: Recipe, total_steps: int) -> None:
    """Bring the optimizer to the start of a training: no momenta, step 0, the recipe's numbers."""
    for variable in optimizer.variables:
        variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer.dynamic_scale.assign(LOSS_SCALE)
    optimizer = _inner(optimizer)
    optimizer.schedule.set(recipe, total_steps)
    for number in (number for part in recipe.of("updates") for number in part.numbers if number.kind != "structural"):
        getattr(optimizer, number.name).assign(np.float32(getattr(recipe, number.name)))
    if hasattr(optimizer, "shares"):
        optimizer.shares.set(recipe, total_steps)
    if hasattr(optimizer, "slow_weights"):
        optimizer.slow_weights.set(total_steps)
    part = parts("optimizers")[recipe.optimizer]
    if part.assign is not None:
        part.assign(optimizer, recipe.as_mapping())
