"""CIFAR's binary version: files of records, each of one or two bytes of labels and 3072 bytes of pixels, red first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from suite.data.fit import Images
from suite.data.targets import Labels

PIXELS = 3072


@dataclass(frozen=True)
class Binary:
    """Where it lies and how it is laid out. heads: bytes of labels before the pixels; which: the one that counts.

    names: the file with the classes' names, one a line, in the order of their numbers.
    """

    folder: str
    archive: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    names: str
    heads: int = 1
    which: int = 0

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.train, *self.test, self.names)

    def batch(self, data: bytes, classes: int) -> tuple[Images, Labels]:
        """(n, 32, 32, 3) and (n,). Raises ValueError where the file is no whole number of records of these classes."""
        record = self.heads + PIXELS
        if not data or len(data) % record:
            raise ValueError(f"its {len(data)} bytes are no records of {record}")
        rows = np.frombuffer(data, np.uint8).reshape(-1, record)
        images = rows[:, self.heads :].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        labels = rows[:, self.which].astype(np.int32)
        if labels.max() >= classes:
            raise ValueError(f"its labels are not numbers below {classes}")
        return images, labels
