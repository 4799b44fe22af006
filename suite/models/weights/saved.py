"""Weights that a run, or anybody else with this suite, wrote to a file: only by Keras' `save_weights`, which holds
numbers and no code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suite.core.directories import WEIGHTS
from suite.models.architecture import ArchitectureError, reason
from suite.models.registry import build_untrained

SUFFIX = ".weights.h5"


@dataclass(frozen=True)
class Saved:
    """A file of weights, and what was built where it was written: the file does not say.

    path: ends in .weights.h5. headed: what came onto the built net. The rest is what `build` was given.
    """

    path: Path
    name: str
    input_shape: tuple[int, int, int]
    num_classes: int
    options: Mapping[str, Any] = field(default_factory=dict)
    headed: Callable[[Any], Any] | None = None

    @property
    def whose(self) -> str:
        return f"the weights in {self.path}"

    @property
    def wanted(self) -> str:
        rows, columns, channels = self.input_shape
        return f"they are of {self.name} for images of {rows}x{columns}x{channels} and {self.num_classes} classes"

    def net(self) -> Any:
        """The net that was saved, with its weights.

        Raises ArchitectureError where there is no such file, or where it holds another net's weights.
        """
        if not self.path.name.endswith(SUFFIX):
            raise ArchitectureError(f"{self.path} is no file of weights: its name must end in {SUFFIX}")
        if not self.path.is_file():
            raise ArchitectureError(f"there are no weights in {self.path}")
        net = build_untrained(self.name, self.input_shape, self.num_classes, **self.options)
        net = self.headed(net) if self.headed else net
        try:
            net.load_weights(self.path)
        except Exception as error:  # h5py and Keras raise whatever a broken file makes them meet
            raise ArchitectureError(f"{self.whose} cannot be read: {reason(error)}; {self.wanted}") from error
        return net

    def by_layer(self) -> Mapping[str, Sequence[Any]]:
        return {layer.name: layer.get_weights() for layer in self.net().layers if layer.weights}


def of_run(
    directory: Path,
    name: str,
    input_shape: tuple[int, int, int],
    num_classes: int,
    options: Mapping[str, Any],
    headed: Callable[[Any], Any] | None = None,
) -> Saved:
    """The last weights of a final run, from its directory and what its record says that was built."""
    return Saved(directory / WEIGHTS, name, input_shape, num_classes, dict(options), headed)
