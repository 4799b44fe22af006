"""The optimizers of the recipes, with every number a search may try in a variable, so that no trial traces anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.recipe import Recipe
from suite.training.schedule import Schedule


def make_optimizer(recipe: Recipe, variables: Sequence[Any]) -> keras.optimizers.Optimizer:
    """An optimizer built for `variables`; `set_optimizer` gives it a recipe's numbers.

    AdamW decays the weights itself (decoupled, Loshchilov and Hutter 2019); for the others the loss carries the
    decay. Both leave out biases, the scales of norms and tables of positions (`decays`).
    """
    schedule = Schedule(recipe.schedule, len(recipe.milestones) if recipe.schedule == "step" else 0)
    if recipe.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(schedule, momentum=recipe.momentum, nesterov=recipe.nesterov)
    elif recipe.optimizer == "adam":
        optimizer = keras.optimizers.Adam(schedule)
    else:
        optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.0)
        optimizer.weight_decay = keras.Variable(0.0, dtype="float32", trainable=False, name="weight_decay")
        optimizer.exclude_from_weight_decay(var_list=[v for v in variables if not decays(v)])
    optimizer.schedule = schedule
    optimizer.schedule_values = schedule.values  # assigned to the optimizer, it becomes part of its tracked state
    optimizer.build(variables)
    return optimizer


def set_optimizer(optimizer: keras.optimizers.Optimizer, recipe: Recipe, total_steps: int) -> None:
    """Bring the optimizer to the start of a training: no momenta, step 0, the recipe's numbers."""
    for variable in optimizer.variables:
        variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))
    optimizer.schedule.set(recipe, total_steps)
    if recipe.optimizer == "adamw":
        optimizer.weight_decay.assign(np.float32(recipe.weight_decay))


def decays(variable: Any) -> bool:
    """Whether weight decay acts on a variable: on kernels, not on biases, norms, and tables of positions.

    A table holds a vector or number for each position; the authors of ViT's successors (DeiT, Swin) leave it out too.
    """
    return len(variable.shape) > 1 and variable.name != "table"
