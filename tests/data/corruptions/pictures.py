"""Pictures with edges, textures and colours, drawn without a file."""

from __future__ import annotations

import numpy as np


def pictures(count: int = 6, size: tuple[int, int] = (32, 32), channels: int = 3) -> np.ndarray:
    """(count, H, W, C) uint8: waves of several lengths with a bright box and a dark disk in each."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    generator = np.random.default_rng(5)
    found = []
    for _ in range(count):
        speeds, phases = generator.uniform(0.1, 0.7, (2, channels)), generator.uniform(0, 6, channels)
        waves = 0.5 + 0.3 * np.sin(rows[..., None] * speeds[0] + columns[..., None] * speeds[1] + phases)
        top, left = generator.integers(0, size[0] // 2), generator.integers(0, size[1] // 2)
        waves[top : top + size[0] // 3, left : left + size[1] // 3] = generator.uniform(0.6, 0.9, channels)
        disk = (rows - size[0] * 0.7) ** 2 + (columns - size[1] * 0.6) ** 2 < (size[0] / 7) ** 2
        waves[disk] = generator.uniform(0.02, 0.3, channels)
        found.append(np.floor(255 * waves + 0.5))
    return np.stack(found).astype(np.uint8)


def flat(value: int, size: int = 64, channels: int = 3) -> np.ndarray:
    """One image of one value."""
    return np.full((size, size, channels), value, np.uint8)


def generator() -> np.random.Generator:
    return np.random.default_rng(11)
