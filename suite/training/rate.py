"""The learning rate as a function of the step, with its numbers in a variable.

Keras' own schedules hold Python numbers, which become constants of the traced graph: every search trial would trace
anew. Here the numbers are a variable that the optimizer owns, so that it travels with the optimizer's state on every
backend, and only the schedule's kind, and how many numbers it has, is part of the graph.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.recipe import Recipe, parts

HEAD = 3
"""The numbers that every schedule has: the peak, the number of steps, and the step at which the warm-up ends."""


class Rate(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then the recipe's schedule.

    With t the step from 0, w the step at which the warm-up ends and p the peak: p * (t + 1) / w where t < w, at most p,
    or the share of p at which the schedule begins; then p times the schedule's factor.
    Called with the number of passes through the network, of which a step may have several (`Recipe.passes`).
    """

    def __init__(self, recipe: Recipe) -> None:
        self.kind, self._passes = recipe.schedule, recipe.passes
        self._part = parts("schedules")[self.kind]
        count = HEAD + len(self._part.traced(recipe.as_mapping(), 1))
        self.values = keras.Variable(np.ones(count), dtype="float32", trainable=False, name="schedule")

    def set(self, recipe: Recipe, total_steps: int) -> None:
        """Take a recipe's values for a training of so many steps."""
        head = [recipe.learning_rate, total_steps, recipe.warmup * total_steps]
        self.values.assign(np.array([*head, *self._part.traced(recipe.as_mapping(), total_steps)], "float32"))

    def __call__(self, step: Any) -> Any:
        values = ops.convert_to_tensor(self.values)
        peak, total, start = values[0], values[1], values[2]
        t = ops.cast(ops.floor_divide(step, self._passes), "float32")
        numbers = values[HEAD:]
        rate = peak * self._part.factor(t, total, start, numbers)
        top = peak if self._part.beginning is None else peak * self._part.beginning(numbers)
        return ops.where(t < start, top * ops.minimum((t + 1.0) / ops.maximum(start, 1.0), 1.0), rate)

    def get_config(self) -> dict[str, Any]:
        return {"kind": self.kind}
