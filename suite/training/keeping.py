"""What a final run keeps for the report beside its answers: some test images, where it looked, filters, the trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.core.directories import (
    EXAMPLE,
    EXAMPLE_PICTURE,
    FILTERS,
    FIRST_MAPS,
    LOOKED,
    MISTAKE,
    MISTAKE_PICTURE,
    TRACE,
)
from suite.core.metrics import by_name
from suite.models import diagram
from suite.models.layer_table import layer_table
from suite.tasks.task import Task
from suite.training.filters import first_filters, first_maps
from suite.training.looking import attention
from suite.training.preprocessing import Preprocessing

Arrays = Mapping[str, NDArray[Any]]

MOST = 12
"""Mistakes of a run that are kept with their pixels."""
EXAMPLES, ROOM = 128, 400_000
"""Test images that every run keeps, at most, and the bytes that they may have together."""
SIDE = 64
"""Pixels of the longer side of what is kept of an image, at most: a report holds many."""


def of_net(net: Any) -> dict[str, NDArray[Any]]:
    """What a report shows of the network itself: its first filters, where it has such, and the trace of its layers."""
    filters = first_filters(net)
    return {TRACE: diagram.trace(layer_table(net)), **({} if filters is None else {FILTERS: filters})}


def of_test(task: Task, predicted: Arrays, images: Any, test: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
    """What is kept of the test: what the task keeps, and the pixels of some images.

    images: of the whole set, (M, h, w, c), which is read at `test`, the places of the N test images: at the task's
    first `pictures`; at examples that are the same for every run; and at what this run is most sure of and wrong.
    """
    found = dict(predicted)
    if task.pictures:
        found["picture"] = images[test[: task.pictures]]
    score = str(by_name(task.metrics)[task.judged[0]].score)
    right = task.scores(predicted, predicted["label"], int(predicted["label"].max()) + 1)[score]
    for place, picture, places in (
        (EXAMPLE, EXAMPLE_PICTURE, spread(len(test), images.shape[1:])),
        (MISTAKE, MISTAKE_PICTURE, surest_mistakes(right, predicted["confidence"])),
    ):
        if len(places):
            found |= {place: places, picture: reduced(np.asarray(images[test[places]]))}
    return found


def looked(
    net: Any, preprocessing: Preprocessing, images: NDArray[np.uint8], said: NDArray[np.integer]
) -> dict[str, NDArray[Any]]:
    """Where the network looked on images (K, h, w, c) to say these classes, (K,), and what its first layer makes of the
    first of them; nothing where it has no maps."""
    seen = preprocessing.apply(images)
    found = {LOOKED: attention(net, seen, said), FIRST_MAPS: first_maps(net, seen[0])}
    return {name: array for name, array in found.items() if array is not None}


def spread(count: int, shape: tuple[int, ...]) -> NDArray[np.int32]:
    """The places of some of `count` images of this shape, evenly apart: a set may be sorted by class."""
    height, width, channels = shape
    step = -(-max(height, width) // SIDE)
    most = min(EXAMPLES, max(1, ROOM // ((height // step) * (width // step) * channels)))
    return np.unique(np.linspace(0, count - 1, min(count, most)).round()).astype(np.int32)


def surest_mistakes(right: NDArray[Any], confidence: NDArray[Any], most: int = MOST) -> NDArray[np.int32]:
    """The places of the images (N,) that are wrong, the surest first; of equally sure ones the first first."""
    wrong = np.flatnonzero(np.asarray(right, dtype=np.float64) < 0.5)
    return wrong[np.argsort(-confidence[wrong], kind="stable")][:most].astype(np.int32)


def reduced(images: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """Images (n, h, w, c) whose sides are a whole part of what they were, the longer one at most `side`: means of
    squares of pixels; the rest at the right and below is cut off."""
    count, height, width, channels = images.shape
    step = -(-max(height, width) // side)
    if step == 1:
        return images
    rows, columns = height // step, width // step
    whole = images[:, : rows * step, : columns * step]
    squares = whole.reshape(count, rows, step, columns, step, channels)
    return squares.mean(axis=(2, 4)).round().astype(np.uint8)
