"""What is learned: each module with a `TASK` is a task. `task` says what one declares: head, targets, loss, metrics.

A recipe names the loss of one output; the task says how the losses of all outputs go together.

Everything else (plan, search, seeds, statistics, claims, report) sees runs x images of a score in [0, 1] and metrics by
name. Importing a task imports no Keras.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from suite.core.refusals import unknown
from suite.tasks.task import Evaluation, Task

DEFAULT = "classification"

__all__ = ["DEFAULT", "Evaluation", "Task", "get", "names"]


@cache
def names() -> tuple[str, ...]:
    """Every task: a module of this folder that has a `TASK`."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(name for name in found if hasattr(importlib.import_module(f"{__name__}.{name}"), "TASK"))


def get(name: str) -> Task:
    """The task of that name. Raises Refusal for an unknown one."""
    if name not in names():
        raise unknown("task", name, names())
    task: Task = importlib.import_module(f"{__name__}.{name}").TASK
    return task
