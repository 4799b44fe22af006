"""Images (H, W, C) taken from other places, linearly between pixels. SciPy is imported late."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def warped(image: Reals, rows: Reals, columns: Reals, edges: Literal["mirror", "reflect"]) -> Reals:
    """To each place the value at a row and a column, (H, W) each, of the image.

    edges: how it goes on outside; mirrored at the middle of its last pixel, or reflected at that one's end.
    """
    from scipy.ndimage import map_coordinates

    channels = [map_coordinates(channel, (rows, columns), order=1, mode=edges) for channel in np.moveaxis(image, -1, 0)]
    return np.stack(channels, axis=-1)


def affine_through(places: Reals, points: Reals, size: tuple[int, int]) -> tuple[Reals, Reals]:
    """Rows and columns, (H, W) each, of the affine map that takes three places to three points; (3, 2), x before y."""
    matrix = np.linalg.solve(np.column_stack([places, np.ones(3)]), points)
    rows, columns = np.mgrid[: size[0], : size[1]]
    x, y = np.moveaxis(np.stack([columns, rows, np.ones(size)], axis=-1) @ matrix, -1, 0)
    return y, x


def rubbed(size: tuple[int, int], far: float, alike: float, generator: np.random.Generator) -> tuple[Reals, Reals]:
    """Rows and columns, (H, W) each: each place and a little more, by uniform noise that a Gaussian has smoothed.

    far: what the smoothed noise from -1 to 1 is multiplied with. alike: the Gaussian's deviation, cut after three.
    P. Simard, D. Steinkraus and J. Platt, Best practices for convolutional neural networks, 2003.
    """
    from scipy.ndimage import gaussian_filter

    across, down = (
        far * gaussian_filter(generator.uniform(-1.0, 1.0, size), alike, mode="reflect", truncate=3) for _ in range(2)
    )
    rows, columns = np.mgrid[: size[0], : size[1]]
    return rows + down, columns + across
