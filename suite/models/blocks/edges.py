"""Where the four edges of a box are, read from a map of scores for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import layers, ops

Shape = tuple[int | None, ...]


class Edges(layers.Layer):
    """(batch, rows, columns, 4) of scores to (batch, 4): left, top, right and bottom as fractions of the image's sides.

    An edge is the mean place under the softmax of its scores over the map ("integral regression", Sun et al. 2018,
    arXiv:1711.08229, equation 3), where the first and the last row and column stand at the image's borders. A learned
    slope along either axis is added to the scores (as the two channels of places of Liu et al. 2018, arXiv:1807.03247,
    would), for a convolution does not know where it is; it begins at zero: every edge in the middle.
    """

    def build(self, input_shape: Shape) -> None:
        self.slope = self.add_weight(name="table", shape=(2, 4), initializer="zeros", autocast=False)

    def call(self, inputs: Any) -> Any:
        rows, columns = inputs.shape[1:3]
        down = ops.linspace(0.0, 1.0, rows, dtype="float32")
        across = ops.linspace(0.0, 1.0, columns, dtype="float32")
        places = ops.reshape(ops.stack(ops.meshgrid(across, down), axis=-1), (1, rows * columns, 2))
        scores = ops.reshape(inputs, (-1, rows * columns, 4)) + STEEP * ops.matmul(places - 0.5, self.slope)
        shares = ops.softmax(scores, axis=1)
        x, y = (ops.sum(shares * places[:, :, axis : axis + 1], axis=1) for axis in (0, 1))
        return ops.stack([x[:, 0], y[:, 1], x[:, 2], y[:, 3]], axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], 4)

    def multiply_adds(self, input_shapes: Sequence[Shape], output_shapes: Sequence[Shape]) -> int:
        """The slopes and the means: two numbers of each place for each edge, twice."""
        _, rows, columns, edges = input_shapes[0]
        return 4 * (rows or 1) * (columns or 1) * (edges or 1)


STEEP = 4.0
"""What a slope of one adds from border to border: so that it learns as quickly as the other weights."""
