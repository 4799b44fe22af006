"""What a data set is, where it was found, and how it is divided."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from suite.commandline import DONE, boolean, enter, import_keras, parse, whole_number
from suite.core.refusals import Refusal, unknown
from suite.data import Dataset, DataSpec, dataset_names, load

HELP = """
python -m suite.data [name=NAME] [data_dir=DIR] [path=DIR] [image_size=N] [split_seed=N] [workspace=DIR] [offline=true]
                    [augment=RECIPE sheet=FILE.png] [corrupt=KIND|all sheet=FILE.png]

Shows where a data set was found, its checksum, shapes, the images of each class and part, its hash, and notes.
Without a name: the names.
  data_dir=DIR    the folder that holds the sets (else $SUITE_DATA_DIR, else Keras' own)
  path=DIR        for name=folder: a folder with one sub-folder of pictures for each class, with or without
                  train/, val/ and test/ above them
  image_size=N    the side of the square images, in pixels
  workspace=DIR   where decoded images are kept, in cache/ (default: the current folder)
  offline=true    download nothing
  augment=RECIPE  with sheet=FILE.png: eight training images as they are, and below each what a network sees of it at
                  three steps; a recipe by its name, or as a study has it: augment="{rand_augment: 2, cutout: 8}"
  corrupt=KIND    with sheet=FILE.png: eight test images as they are, and below each what the corruption makes of it at
                  its five strengths; corrupt=all: a row for each kind, from an image as it is to strength 5
"""


KEYS: dict[str, Callable[[str], object]] = {
    "name": str, "data_dir": Path, "path": str, "image_size": whole_number, "split_seed": whole_number,
    "workspace": Path, "offline": boolean, "augment": str, "corrupt": str, "sheet": Path,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    values = parse(arguments, KEYS)
    if "name" not in values and "path" not in values:
        print("\n".join(dataset_names()))
        return DONE
    draw = _sheet(values.pop("augment", None), values.pop("corrupt", None), values.pop("sheet", None))
    workspace, data_dir = values.pop("workspace", Path()), values.pop("data_dir", None)
    offline = bool(values.pop("offline", False))
    assert isinstance(workspace, Path)
    assert data_dir is None or isinstance(data_dir, Path)
    spec = DataSpec.from_mapping({"name": "folder", **values})
    dataset = load(spec, data_dir=data_dir, cache_dir=workspace / "cache", offline=offline)
    print("\n".join(describe(dataset)))
    if draw:
        draw(dataset)
    return DONE


def _sheet(augment: object, corrupt: object, path: object) -> Callable[[Dataset], None] | None:
    """What draws a contact sheet, once the recipe or the corruption is known to hold; None where none is asked for."""
    if augment is None and corrupt is None and path is None:
        return None
    if (augment is None) == (corrupt is None) or not isinstance(path, Path):
        raise Refusal("a contact sheet needs sheet=FILE.png and either augment=RECIPE or corrupt=KIND")
    write = _corrupting(str(corrupt)) if augment is None else _augmenting(str(augment))

    def draw(dataset: Dataset) -> None:
        write(dataset, path)
        print(f"\nsheet:    {path}")

    return draw


def _augmenting(text: str) -> Callable[[Dataset, Path], None]:
    from suite.config.files import recipe_text
    from suite.config.layers import recipe_layer, recipe_of

    recipe = recipe_of([{"recipe": recipe_layer(recipe_text(text))}])

    def write(dataset: Dataset, path: Path) -> None:
        import_keras()
        from suite.training.sheet import write_sheet

        write_sheet(dataset, recipe, path)

    return write


def _corrupting(name: str) -> Callable[[Dataset, Path], None]:
    from suite.data.corruptions import corruptions
    from suite.data.sheet import write_corruptions

    if name not in ("all", *corruptions()):
        raise unknown("corrupt", name, ("all", *corruptions()))
    kinds = list(corruptions()) if name == "all" else [name]
    return lambda dataset, path: write_corruptions(dataset, kinds, path)


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
