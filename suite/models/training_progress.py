"""How much of a training is done, told by who trains to layers that change with it. No Keras here.

It is a number of the step, so that nothing about it has to be kept: a resumed run tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_told: ContextVar[Any] = ContextVar("training_progress", default=1.0)


def training_progress() -> Any:
    """The share of the training that is done, from 0 to 1, as a number or a tensor; 1 where nobody tells."""
    return _told.get()


@contextmanager
def telling(progress: Any) -> Iterator[None]:
    """What is called inside is told `progress`."""
    token = _told.set(progress)
    try:
        yield
    finally:
        _told.reset(token)
