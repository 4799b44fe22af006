"""Reading somebody's pictures and classifying them with a final run's weights. Keras is imported when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from suite import tasks
from suite.core.refusals import Refusal
from suite.data.decoding import fit_some
from suite.data.files.walk import Found, walk
from suite.data.fit import Fit
from suite.data.headers import read_headers
from suite.data.registry import named_sets
from suite.tasks import Task
from suite.training.preprocessing import Preprocessing, recorded_preprocessing

BATCH = 64


def find_pictures(place: Path) -> tuple[list[Path], tuple[str, ...]]:
    """The picture files at or below a place, in a fixed order, and notes about other files.

    Raises Refusal where there are none.
    """
    if place.is_file():
        return [place], ()
    if not place.is_dir():
        raise Refusal(f"images={place}: there is no such folder or picture")
    found = Found()
    walk(place, found)
    if not found.pictures:
        raise Refusal(f"images={place}: no picture lies in this folder or below it")
    lost = tuple(f"not a picture, but a link that leads nowhere: {path}" for path in found.dangling)
    return [picture.path for picture in found.pictures], (*found.others_note(), *lost)


def read_pictures(
    paths: list[Path], fit: Fit, shape: tuple[int, ...]
) -> tuple[npt.NDArray[np.uint8], list[Path], list[tuple[Path, str]]]:
    """Pixels (n, H, W, C) of the readable pictures, their paths, and (path, reason) of the others.

    `fit`: how the pictures that the network was trained on became images of `shape` (H, W, C).
    """
    pixels, unreadable = fit_some(paths, fit, (shape[0], shape[1]), shape[2])
    broken = {path for path, _ in unreadable}
    keep = [row for row, path in enumerate(paths) if path not in broken]
    return pixels[keep], [paths[row] for row in keep], unreadable


def recorded_fit(preprocessing: Preprocessing, asked: dict[str, Any]) -> Fit:
    """How pictures come to the network; for a run that was made before this was recorded, what its set declares now."""
    if preprocessing.fit is not None:
        return preprocessing.fit
    known = named_sets().get(asked["data"]["name"])
    return known.fit if known else Fit()


def count_coloured(paths: list[Path]) -> int:
    """How many of the pictures are stored in colour."""
    return sum(header is not None and not header.grey for header in read_headers(paths))


def task_of(asked: Mapping[str, Any]) -> Task:
    """The task of a run, from its identity; runs that were made before there were others classify."""
    return tasks.get(asked.get("task", tasks.DEFAULT))


def outputs(directory: Path, asked: dict[str, Any], pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.floating]:
    """What a final run's network gives for pictures, as its task reads it.

    `asked` is the run's identity: the network is built from it and gets the weights in `directory`.
    """
    preprocessing = recorded_preprocessing(directory)
    found = network(directory, asked, preprocessing).predict(preprocessing.apply(pixels), batch_size=BATCH, verbose=0)
    return found[0] if isinstance(found, list) else found  # auxiliary classifiers come after the net's own


def network(directory: Path, asked: Mapping[str, Any], preprocessing: Preprocessing) -> Any:
    """The network of a final run with its last weights; arguments as of `outputs`. Raises Refusal where it has none."""
    from suite import models

    task = task_of(asked)
    height, width, channels = preprocessing.input_shape
    shape, classes = (height, width, channels), len(preprocessing.class_names)
    try:
        return models.of_run(
            directory, asked["architecture"], shape, classes, asked["options"], lambda net: task.network(net, classes)
        ).net()
    except models.ArchitectureError as error:
        raise Refusal(str(error)) from None


def likeliest(logits: npt.NDArray[np.floating], names: list[str], top: int) -> list[list[tuple[str, float]]]:
    """For each picture the `top` likeliest classes with their softmax probability, likeliest first."""
    import keras

    shares = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    order = np.argsort(-shares, axis=1, kind="stable")[:, : min(top, len(names))]
    return [[(names[label], float(shares[row, label])) for label in labels] for row, labels in enumerate(order)]
