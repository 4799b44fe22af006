"""The labels of a flat folder of pictures, from a file that lies beside it.

A list of file names and classes (`val_annotations.txt`, `val.txt`, Kaggle's `LOC_val_solution.csv`), a list of classes
in the order of the names (`imagenet_2012_validation_synset_labels.txt`), or ImageNet's development kit, whose numbers
`meta.mat` explains (O. Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, 2015).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from suite.core.refusals import Refusal
from suite.data.contents import TEST, VALIDATION
from suite.data.files.walk import Picture
from suite.data.layouts.words import means_pictures

_KIT = ("ILSVRC*devkit*/data", "devkit*/data", "data", ".")
_TRUTH, _META = "*_validation_ground_truth.txt", "meta.mat"
_ORDERED = "*_synset_labels.txt"


@dataclass(frozen=True)
class Labelled:
    """The class of each picture, in the pictures' order (None: the file says nothing of it), and what was read."""

    classes: list[str | None]
    files: tuple[Path, ...]


def labels_of(
    root: Path, part: int, folder: Path, pictures: Sequence[Picture], known: Sequence[str]
) -> Labelled | None:
    """The labels of the pictures in `folder`, one of the parts of `root`; None where no file has them.

    known: the classes, in their order. Raises Refusal for a file that is found and does not fit.
    """
    lists = [file for base in (folder, folder.parent, root, root.parent) for file in _named_lists(base, part)]
    lists += [file for base in root.parents[1:3] for file in base.glob("LOC_val_solution.csv") if part == VALIDATION]
    for file in lists:
        if file.is_file():
            found = _by_name(file, pictures, known)
            if found:
                return Labelled(found, (file,))
    if part != VALIDATION:
        return None
    for base in (root, root.parent):
        for file in sorted(base.glob(_ORDERED)):
            return Labelled(
                _in_order(file, file.read_text(encoding="utf-8", errors="replace").split(), pictures), (file,)
            )
        for place in _KIT:
            for file in sorted(base.glob(f"{place}/{_TRUTH}")):
                meta = file.with_name(_META)
                wnids = _wnids(meta)
                numbers = file.read_text(encoding="utf-8", errors="replace").split()
                try:
                    return Labelled(_in_order(file, [wnids[number] for number in numbers], pictures), (file, meta))
                except KeyError as error:
                    raise Refusal(f"{file} has the class {error.args[0]}, which {meta} does not explain") from None
    return None


def _named_lists(base: Path, part: int) -> list[Path]:
    word = "val" if part == VALIDATION else "test"
    stems: tuple[str, ...] = (f"{word}_annotations", f"{word}_labels", f"LOC_{word}_solution", f"{word}_list", word)
    stems += ("annotations", "labels", "ground_truth") if base.name.startswith(word) else ()
    return [
        file for stem in stems for suffix in (".txt", ".csv", ".tsv") if (file := base / f"{stem}{suffix}").is_file()
    ]


def _by_name(file: Path, pictures: Sequence[Picture], known: Sequence[str]) -> list[str | None] | None:
    """The class behind each picture's name; None where the file speaks of other things."""
    said: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        fields = [field.strip(" \"'") for field in re.split(r"[\t,; ]+", line.strip())]
        if len(fields) > 1:
            said[_stem(fields[0])] = fields[1]
    names = set(known)
    found = [said.get(_stem(picture.path.name)) for picture in pictures]
    if not any(found):
        return None
    if not any(name in names for name in found):
        numbers = [int(name) for name in found if name and re.fullmatch(r"\d{1,9}", name)]
        if len(numbers) < len(found) or min(numbers) != 0 or max(numbers) != len(known) - 1:
            raise Refusal(
                f"{file} names the pictures, but its classes ({next(name for name in found if name)!r}, ...) are none "
                f"of the {len(known)} class folders ({known[0]!r}, ...){_count(numbers, found)}: mend it or take "
                "it away"
            )
        return [known[int(name)] for name in found if name]
    return found


def _count(numbers: Sequence[int], found: Sequence[object]) -> str:
    """How many classes the numbers speak of, where all are numbers."""
    return f", and its numbers count {max(numbers) + 1}" if numbers and len(numbers) == len(found) else ""


def published_division(root: Path, parts: set[int]) -> list[str]:
    """A note where a list beside the pictures looks like the publisher's division, of a folder that has none else."""
    if parts & {VALIDATION, TEST}:
        return []
    above = [root.parent] if means_pictures(root.name) else []
    places = [place / name for place in (root, *above) for name in ("", *_OF_LISTS)]
    found = [
        file for place in places for file in sorted(place.glob("*")) if file.is_file() and _DIVIDES.fullmatch(file.name)
    ]
    if not found:
        return []
    names = ", ".join(file.relative_to(root.parent).as_posix() for file in found[:3])
    return [
        f"folder: {names} may be the publisher's division, which is not read: data.labels=FILE.csv with the columns "
        "path, label and split follows it"
    ]


_OF_LISTS = ("meta", "splits", "lists", "annotations")
_DIVIDES = re.compile(
    r".*train[_-]?test.*\.\w+|(test|testlist\w*|test_list|split\w*)\.(txt|json|lst|mat)", re.IGNORECASE
)


def _in_order(file: Path, classes: list[str], pictures: Sequence[Picture]) -> list[str | None]:
    """Line k is of the k-th picture by name, whether all are there or some: ImageNet's names end in their number."""
    if len(classes) == len(pictures):
        order = sorted(range(len(pictures)), key=lambda row: pictures[row].path.name)
        found: list[str | None] = [None] * len(pictures)
        for line, row in enumerate(order):
            found[row] = classes[line]
        return found
    numbers = [re.search(r"val_0*(\d+)$", picture.path.stem) for picture in pictures]
    if not all(number and 0 < int(number[1]) <= len(classes) for number in numbers):
        raise Refusal(
            f"{file} has {len(classes)} lines for {len(pictures)} pictures without numbers in their names: make them "
            "agree"
        )
    return [classes[int(number[1]) - 1] for number in numbers if number]


def _wnids(meta: Path) -> dict[str, str]:
    """ImageNet's number of each class to its WordNet identifier. Raises Refusal without the kit's own table."""
    if not meta.is_file():
        raise Refusal(f"{meta} is missing, which explains the numbers of the ground truth beside it: bring it back")
    from scipy.io import loadmat

    try:
        table = loadmat(meta, squeeze_me=True)["synsets"]
        return {str(int(number)): str(wnid) for number, wnid in zip(table["ILSVRC2012_ID"], table["WNID"], strict=True)}
    except Exception as error:  # damaged MATLAB files fail in many ways
        raise Refusal(f"{meta} is not the development kit's table of classes: bring it back") from error


def _stem(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].partition(".")[0]
