"""What a data set is, where it was found, and how it is divided."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from suite.commandline import DONE, boolean, enter, import_keras, name_list, parse, whole_number
from suite.core.durable import replacing
from suite.core.refusals import Refusal, unknown
from suite.data import Dataset, DataSpec, dataset_names, duplicates, load
from suite.data.contents import image_digests
from suite.data.dataset import DROP
from suite.data.sheet import write_classes

HELP = """
python -m suite.data [name=NAME] [data_dir=DIR] [path=DIR] [image_size=N] [split_seed=N] [workspace=DIR] [offline=true]
                    [label_from=...] [labels=FILE.csv] [classes=[A,B]|N] [fit=crop|pad|squash] [on_bad=refuse|skip]
                    [group=parent|PATTERN] [folds=N fold=K] [source_size=N] [crop_pct=SHARE] [min_per_class=N]
                    [allow_duplicates=true|drop]
                    [duplicates=FILE.csv] [sheet=FILE.png [augment=RECIPE | corrupt=KIND|all]]

Shows where a data set was found, its checksum, shapes, the images of each class and part, its hash, and notes.
Without a name: the names.
  data_dir=DIR    the folder that holds the sets (else $SUITE_DATA_DIR, else Keras' own)
  path=DIR        for name=folder: a folder with one sub-folder of pictures for each class, with or without
                  train/, val/ and test/ above them
  image_size=N    the side of the square images that a network gets, in pixels; of a folder also [HEIGHT,WIDTH]
  source_size=N   the side of those that recipes with resized_crop take their crops from; more than image_size
  crop_pct=SHARE  the central share of these that a network sees where nothing is random (default: all, 1.0)
  workspace=DIR   where decoded images are kept, in cache/ (default: the current folder)
  offline=true    download nothing
  label_from=     of a folder: inner (the innermost folders are the classes), name (as in cat.12.jpg) or folder (class
                  folders, whatever they are called); with labels=FILE.csv the column that has them
  labels=FILE.csv a list of paths and labels, perhaps with a column split, instead of class folders
  classes=        the names of the classes to use, or how many
  min_per_class=N leave out classes with fewer training pictures
  fit=            how pictures of a folder become square: their central square, all on black, or all squashed
  on_bad=skip     leave out pictures that cannot be read; they are counted and listed
  group=          of a folder: what stays together when it is divided: parent (the folder of a picture) or a regular
                  expression on its path whose one group is the subject, as in "group=(patient[0-9]+)_", or a column
                  of labels=FILE.csv
  folds=N fold=K  of a folder without a test set: part K, from 0, of N is the test set
  allow_duplicates=true   test images with an exact copy among the others are said, not refused; drop: these others
                  are left out
  duplicates=FILE.csv     a list of all pictures that are there twice, exactly or nearly, within parts and between them
  sheet=FILE.png  a contact sheet: eight training images of each class, a row for each
  augment=RECIPE  with sheet=FILE.png: training images of all classes as they are, and below each what a network sees
                  of it at three steps; a recipe by its name, or as a study has it: augment="{rand_augment: 2}"
  corrupt=KIND    with sheet=FILE.png: eight test images as they are, and below each what the corruption makes of it at
                  its five strengths; corrupt=all: a row for each kind, from an image as it is to strength 5; kinds:
                  gaussian_noise shot_noise impulse_noise defocus_blur glass_blur motion_blur zoom_blur snow frost fog
                  brightness contrast elastic pixelate jpeg
"""


def _classes(text: str) -> list[str] | int:
    return int(text) if text.isdecimal() else name_list(text)


def _size(text: str) -> list[int] | int:
    return [whole_number(side) for side in name_list(text)] if text.startswith("[") else whole_number(text)


def _duplicates(text: str) -> bool | str:
    return text if text == DROP else boolean(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("a number") from None


KEYS: dict[str, Callable[[str], object]] = {
    "name": str, "data_dir": Path, "path": str, "image_size": _size, "split_seed": whole_number,
    "source_size": whole_number, "crop_pct": _number,
    "workspace": Path, "offline": boolean, "augment": str, "corrupt": str, "sheet": Path, "label_from": str,
    "labels": str, "classes": _classes, "fit": str, "on_bad": str, "group": str, "folds": whole_number,
    "fold": whole_number, "allow_duplicates": _duplicates, "duplicates": Path, "min_per_class": whole_number,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    values = parse([_own(argument) for argument in arguments], KEYS)
    if "name" not in values and "path" not in values:
        print("\n".join(dataset_names()))
        return DONE
    draw = _sheet(values.pop("augment", None), values.pop("corrupt", None), values.pop("sheet", None))
    workspace, data_dir = values.pop("workspace", Path()), values.pop("data_dir", None)
    offline, listing = bool(values.pop("offline", False)), values.pop("duplicates", None)
    assert isinstance(workspace, Path)
    assert data_dir is None or isinstance(data_dir, Path)
    spec = DataSpec.from_mapping({"name": "folder", **values})
    dataset = load(spec, data_dir=data_dir, cache_dir=workspace / "cache", offline=offline)
    print("\n".join(describe(dataset)))
    if isinstance(listing, Path):
        print("\n" + list_duplicates(dataset, listing))
    if draw:
        draw(dataset)
    return DONE


def _own(argument: str) -> str:
    """`data.fit=pad`, as studies and their hints have it, is `fit=pad` here."""
    bare = argument.removeprefix("data.")
    return bare if bare.partition("=")[0] in KEYS else argument


def _sheet(augment: object, corrupt: object, path: object) -> Callable[[Dataset], None] | None:
    """What draws a contact sheet, once the recipe or the corruption is known to hold; None where none is asked for."""
    if augment is None and corrupt is None and path is None:
        return None
    if (augment is not None and corrupt is not None) or not isinstance(path, Path):
        raise Refusal("a contact sheet needs sheet=FILE.png, and augment=RECIPE or corrupt=KIND or none of them")
    write: Callable[[Dataset, Path], str | None] = write_classes
    if augment is not None:
        write = _augmenting(str(augment))
    elif corrupt is not None:
        write = _corrupting(str(corrupt))

    def draw(dataset: Dataset) -> None:
        shown = write(dataset, path)
        print(f"\nsheet:    {path}" + (f"\n          {shown}" if shown else ""))

    return draw


def _augmenting(text: str) -> Callable[[Dataset, Path], None]:
    from suite.config.files import recipe_names, recipe_text, study_file, study_files
    from suite.config.layers import recipe_layer, recipe_of

    asked = recipe_text(text)
    if isinstance(asked, str) and asked in study_files() and asked not in recipe_names():
        raise Refusal(
            f"augment={asked}: that is a study, and a sheet shows one recipe: name that, or write what one of its "
            f'candidates has, as in augment="{{rand_augment: 2}}"; they stand in {study_file(asked)}'
        )
    recipe = recipe_of([{"recipe": recipe_layer(asked)}])

    def write(dataset: Dataset, path: Path) -> None:
        import_keras()
        from suite.training.sheet import write_sheet

        write_sheet(dataset, recipe, path)

    return write


def _corrupting(name: str) -> Callable[[Dataset, Path], None]:
    from suite.data.corruptions import corruptions
    from suite.data.sheet import write_corruptions

    if name not in ("all", *corruptions()):
        raise unknown("value of corrupt", name, ("all", *corruptions()), "python -m suite.data --help")
    kinds = list(corruptions()) if name == "all" else [name]
    return lambda dataset, path: write_corruptions(dataset, kinds, path)


def list_duplicates(dataset: Dataset, path: Path) -> str:
    """Write every pair of copies to a CSV file, and say how many there are of which kind."""
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    try:
        rows = duplicates.table(dataset.pictures, image_digests(dataset.pictures), parts)
    except ValueError as error:
        raise Refusal(f"duplicates={path}: {error}; data.classes or fewer images make it possible") from None
    files = dataset.files()
    names = [dataset.class_names[label] for label in dataset.labels]
    with replacing(path) as partial, partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", *(f"{word}_{n}" for n in (1, 2) for word in ("part", "class", "image"))])
        for kind, one, first, other, second in rows:
            told = [(part, names[k], files[k] if files else k) for part, k in ((one, first), (other, second))]
            writer.writerow([kind, *told[0], *told[1]])
    counts = Counter((kind, "of" if one == two else "across", names[a] == names[b]) for kind, one, a, two, b in rows)
    return "\n".join([
        f"copies:   {len(rows):,} pairs, listed in {path}",
        *(
            f"          {count:,} {kind}, {'within a part' if where == 'of' else 'across parts'}"
            f"{'' if alike else ', under different classes'}"
            for (kind, where, alike), count in sorted(counts.items())
        ),
    ])  # fmt: skip


def _small(dataset: Dataset) -> list[str]:
    """A note where the default recipe's batch is larger than the training set, which `suite.run` refuses."""
    from suite.training.recipe import Recipe  # late: --help answers without it

    batch, count = Recipe().batch_size, len(dataset.train)
    if count >= batch:
        return []
    return [
        f"the {count:,} training images are fewer than a batch of {batch}, which recipes have unless they say "
        f"otherwise: set recipe.batch_size={count} or less"
    ]


def describe(dataset: Dataset) -> list[str]:
    """The lines that say what a data set is."""
    height, width, channels = dataset.input_shape
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    counts = {
        part: np.bincount(dataset.labels[indices], minlength=dataset.num_classes) for part, indices in parts.items()
    }
    largest = int(counts["test"].argmax())
    name, share = dataset.class_names[largest], counts["test"][largest] / max(1, len(dataset.test))
    column = max(len("class"), *(len(name) for name in dataset.class_names), len("all classes"))
    lines = [
        f"{dataset.name}: {len(dataset.images):,} images of {height}x{width}x{channels}, {dataset.num_classes} classes",
        f"found:    {dataset.location}",
        f"checksum: {dataset.checksum}",
        f"hash:     {dataset.hash}",
        f"majority: always {name!r}: {1 - share:.1%} error on the test images",
        *(f"note:     {note}" for note in (*dataset.notes, *_small(dataset))),
        "",
        f"{'class':<{column}}" + "".join(f"{part:>12}" for part in parts),
    ]
    for number, name in enumerate(dataset.class_names):
        lines.append(f"{name:<{column}}" + "".join(f"{counts[part][number]:>12,}" for part in parts))
    lines.append(f"{'all classes':<{column}}" + "".join(f"{len(indices):>12,}" for indices in parts.values()))
    return lines


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
