"""The learning rate as a function of the step, with its values in a variable.

Keras' own schedules hold Python numbers, which become constants of the traced graph: every search trial would trace
anew. Here the numbers are a variable that the optimizer owns, so that it travels with the optimizer's state on every
backend, and only the schedule's kind is part of the graph.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from suite.training.recipe import Recipe


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then constant, cosine to zero (Loshchilov and Hutter 2017, no restarts), or steps.

    With t the step from 0, T the number of steps, w = warmup * T and p the peak:
    t < w: p * (t + 1) / w; then constant: p; cosine: p * (1 + cos(pi * (t - w) / (T - w))) / 2;
    step: p * decay ** (number of milestones m with t >= m * T).
    """

    def __init__(self, kind: str, milestones: int) -> None:
        self.kind = kind
        self.values = keras.Variable(np.ones(4 + milestones), dtype="float32", trainable=False, name="schedule")

    def set(self, recipe: Recipe, total_steps: int) -> None:
        """Take a recipe's values for a training of so many steps."""
        head = [recipe.learning_rate, total_steps, recipe.warmup * total_steps, recipe.decay]
        tail = [milestone * total_steps for milestone in recipe.milestones] if self.kind == "step" else []
        self.values.assign(np.array(head + tail, "float32"))

    def __call__(self, step: Any) -> Any:
        values = ops.convert_to_tensor(self.values)
        peak, total, warmup, decay = values[0], values[1], values[2], values[3]
        t = ops.cast(step, "float32")
        rate = peak
        if self.kind == "cosine":
            progress = ops.clip((t - warmup) / ops.maximum(total - warmup, 1.0), 0.0, 1.0)
            rate = peak * 0.5 * (1.0 + ops.cos(np.pi * progress))
        elif self.kind == "step":
            rate = peak * ops.power(decay, ops.sum(ops.cast(t >= values[4:], "float32")))
        return ops.where(t < warmup, peak * ops.minimum((t + 1.0) / ops.maximum(warmup, 1.0), 1.0), rate)

    def get_config(self) -> dict[str, Any]:
        return {"kind": self.kind, "milestones": int(self.values.shape[0]) - 4}
