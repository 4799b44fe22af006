"""What is to be found in each image: named arrays with one entry for each image, in the order of the images.

Classification has one array, "label". Another task brings its own beside it (boxes, masks); they are hashed, kept and
subset alike, and what knows labels only does not notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

LABEL = "label"
"""(N,) int32: the number of each image's class."""

BOX = "box"
"""(N, 4) float32: left, top, right and bottom edge of each image's object, in the image's pixels."""

Labels = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Targets:
    """arrays: {name: (N, ...)}; "label" is always there, for every set is divided by classes."""

    arrays: Mapping[str, npt.NDArray[Any]]

    def __post_init__(self) -> None:
        if LABEL not in self.arrays:
            raise AssertionError("targets have no labels")
        lengths = {name: len(array) for name, array in self.arrays.items()}
        if len(set(lengths.values())) > 1:
            raise AssertionError(f"targets of one set differ in length: {lengths}")

    @classmethod
    def of_labels(cls, labels: npt.NDArray[Any]) -> Targets:
        return cls({LABEL: np.asarray(labels, np.int32)})

    @property
    def labels(self) -> Labels:
        return self.arrays[LABEL]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.int64]) -> Targets:
        """Those of the images at `indices`, in that order."""
        return Targets({name: array[indices] for name, array in self.arrays.items()})

    def enlarged(self, factor: float) -> Targets:
        """Those of the same images at another size: what is counted in pixels goes with them."""
        if BOX not in self.arrays:
            return self
        return Targets({**self.arrays, BOX: (self.arrays[BOX] * factor).astype(np.float32)})

    def label_bytes(self) -> bytes:
        """The labels as every content hash holds them, on every machine."""
        return self.labels.astype("<i4").tobytes()

    def other_bytes(self) -> Iterator[bytes]:
        """Every other array, by name: nothing for a set of labels alone, whose hash finished runs carry."""
        for name in sorted(self.arrays.keys() - {LABEL}):
            array = np.ascontiguousarray(self.arrays[name])
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
            yield f"{name}:{array.dtype.str}:{array.shape}".encode()
            yield array.tobytes()
