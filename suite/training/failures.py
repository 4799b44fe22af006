"""How a training ends that gives no network: what its caller must know, without Keras."""

from __future__ import annotations

from typing import Any


class GraphChanged(Exception):
    """The architecture's code builds another graph now than it did for earlier runs of the same candidate."""


class RunFailed(Exception):
    """A run broke. `fields`: what is known of it all the same, what its time was spent on among it."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__("the run broke")
        self.fields = fields
