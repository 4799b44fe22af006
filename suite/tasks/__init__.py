"""What is learned, one file for each task."""

from __future__ import annotations

from suite.core.refusals import unknown
from suite.tasks import classification
from suite.tasks.task import Task

TASKS = {task.name: task for task in (classification.TASK,)}


def get(name: str) -> Task:
    """A task by its name. Raises Refusal for an unknown one."""
    if name not in TASKS:
        raise unknown("task", name, TASKS)
    return TASKS[name]
