"""What a data set is, where it was found, and how it is divided."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from suite.commandline import DONE, boolean, enter, parse, whole_number
from suite.data import Dataset, DataSpec, dataset_names, load

HELP = """
python -m suite.data [name=NAME] [data_dir=DIR] [path=DIR] [image_size=N] [split_seed=N] [workspace=DIR] [offline=true]

Shows where a data set was found, its checksum, shapes, the images of each class and part, its hash, and notes.
Without a name: the names.
  data_dir=DIR    the folder that holds the sets (else $SUITE_DATA_DIR, else Keras' own)
  path=DIR        for name=folder: a folder with one sub-folder of pictures for each class, with or without
                  train/, val/ and test/ above them
  image_size=N    the side of the square images, in pixels
  workspace=DIR   where decoded images are kept, in cache/ (default: the current folder)
  offline=true    download nothing
"""


KEYS: dict[str, Callable[[str], object]] = {
    "name": str, "data_dir": Path, "path": str, "image_size": whole_number, "split_seed": whole_number,
    "workspace": Path, "offline": boolean,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    values = parse(arguments, KEYS)
    if "name" not in values and "path" not in values:
        print("\n".join(dataset_names()))
        return DONE
    workspace, data_dir = values.pop("workspace", Path()), values.pop("data_dir", None)
    offline = bool(values.pop("offline", False))
    assert isinstance(workspace, Path)
    assert data_dir is None or isinstance(data_dir, Path)
    spec = DataSpec.from_mapping({"name": "folder", **values})
    dataset = load(spec, data_dir=data_dir, cache_dir=workspace / "cache", offline=offline)
    print("\n".join(describe(dataset)))
    return DONE


def describe(dataset: Dataset) -> list[str]:
    """The lines that say what a data set is."""
    height, width, channels = dataset.input_shape
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    counts = {
        part: np.bincount(dataset.labels[indices], minlength=dataset.num_classes) for part, indices in parts.items()
    }
    column = max(len("class"), *(len(name) for name in dataset.class_names), len("all classes"))
    lines = [
        f"{dataset.name}: {len(dataset.images):,} images of {height}x{width}x{channels}, {dataset.num_classes} classes",
        f"found:    {dataset.location}",
        f"checksum: {dataset.checksum}",
        f"hash:     {dataset.hash}",
        *(f"note:     {note}" for note in dataset.notes),
        "",
        f"{'class':<{column}}" + "".join(f"{part:>12}" for part in parts),
    ]
    for number, name in enumerate(dataset.class_names):
        lines.append(f"{name:<{column}}" + "".join(f"{counts[part][number]:>12,}" for part in parts))
    lines.append(f"{'all classes':<{column}}" + "".join(f"{len(indices):>12,}" for indices in parts.values()))
    return lines


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
