"""What a folder of pictures means: which file belongs to which class and to which part.

Class folders, with or without `train`, `val` and `test` folders above them. Everything below a class folder, at any
depth, belongs to the class, unless `Choice` says otherwise. Where there is only a labelled validation set, it is our
test set.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal
from suite.data import splits
from suite.data.boxes import EDGES, Boxes, by_name
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.files.walk import Found, Picture, Place, loose_pictures, pass_by, place_of, subfolders, walk
from suite.data.layouts import annotated, classes, listing
from suite.data.layouts.annotated import published_division
from suite.data.layouts.classes import FOLDER, INNER, NAME, Row, Seen, chosen, class_folders, refuse_classes
from suite.data.layouts.parts import division, refuse_no_classes, refuse_parts_in_classes
from suite.data.layouts.words import UNLABELLED, legible, listed, parts_of
from suite.data.splits import TEST_SEED
from suite.data.targets import Labels

BOXES = "boxes.csv"
COLUMNS = ("image", *EDGES)
"""A file beside the class folders, and its columns: the picture's path below that folder, edges in its pixels."""

NO_TEST = "folder: no labelled test set;"
"""How the note begins that says where the test images are from."""

TEST_FRACTION = 0.2
"""Of a folder without a test set: the fixed, stratified part that becomes one."""


@dataclass(frozen=True)
class Choice:
    """How the classes of a folder are found, as `data` asks for it, and which of them.

    label_from: one of `suite.data.layouts.classes.WAYS`. labels: a list of pictures and labels instead; column: which
    of its columns has the labels; None: it tells. classes: their names, or how many; None: all. least: pictures of a
    class that is used. insists: whether folders are classes whatever they are called.
    """

    label_from: str = FOLDER
    labels: Path | None = None
    column: str | None = None
    classes: tuple[str, ...] | int | None = None
    least: int | None = None
    insists: bool = False


@dataclass(frozen=True)
class Tree:
    """A folder understood: pictures, labels and part have one entry for each image, in a fixed order.

    annotations: the other files that were read for it. boxes: where each picture's object is, if that was asked for.
    held_out: whether the test images are a part of the training images.
    """

    pictures: list[Picture]
    labels: Labels
    part: npt.NDArray[np.uint8]
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    annotations: tuple[Path, ...] = ()
    boxes: Boxes | None = None
    held_out: bool = False


def understand(root: Path, boxed: bool = False, choice: Choice | None = None) -> Tree:
    """Which pictures `root` holds, and what they are; `boxed`: and where in them, as its BOXES says.

    Raises Refusal for a folder that cannot be used.
    """
    choice, seen = choice or Choice(), Seen()
    read: tuple[Path, ...] = ()
    if choice.labels:
        train = root
        rows, notes = listing.read(root, choice.labels, seen.found, choice.column)
        names, read = _in_order({name for _, name, _ in rows}), (choice.labels,)
    else:
        train, names, rows, notes, read = _divided(root, choice, seen)
    class_names = names if choice.label_from == FOLDER and not choice.labels else chosen(names, choice.classes)
    rows, left = _known(rows, class_names, every=choice.classes is None)
    class_names, rows, few = classes.frequent(class_names, rows, choice.least)
    number = {name: label for label, name in enumerate(class_names)}
    parts = {part for part, _, _ in rows}
    if VALIDATION in parts and TEST not in parts:
        rows = [(TEST if part == VALIDATION else part, name, picture) for part, name, picture in rows]
        if choice.labels:
            notes.append("folder: the validation pictures are the test set; validation is split from the training ones")
    least = 2 if {VALIDATION, TEST} & parts else 3
    refuse_classes(train, class_names, [number[name] for part, name, _ in rows if part == TRAIN], least)
    for part in sorted({VALIDATION, TEST} & {part for part, _, _ in rows}):
        absent = len(class_names) - len({name for own, name, _ in rows if own == part})
        if absent:
            where = {VALIDATION: "val", TEST: "test"}[part] if choice.labels else _place(root, rows, part)
            notes.append(f"folder: {where}/ lacks {absent} of the {len(class_names)} classes")
    seen.found.refuse_dangling()
    notes += [*left, *few, *seen.notes(), *published_division(root, parts)]

    part_of = np.array([part for part, _, _ in rows], np.uint8)
    labels = np.array([number[name] for _, name, _ in rows], np.int32)
    held_out = TEST not in part_of
    if held_out:
        notes.append(hold_out_test(labels, part_of))
    pictures = [picture for _, _, picture in rows]
    tree = Tree(pictures, labels, part_of, class_names, tuple(map(legible, notes)), read, held_out=held_out)
    return replace(tree, annotations=(*read, root / BOXES), boxes=_boxes(root, pictures)) if boxed else tree


def _divided(
    root: Path, choice: Choice, seen: Seen
) -> tuple[Path, tuple[str, ...], list[Row], list[str], tuple[Path, ...]]:
    """(training folder, classes, rows, notes, files read) of class folders, with or without parts above them."""
    divided = division(root, flat=choice.label_from == NAME)
    parts = dict(divided.folders) if divided else {}
    above = frozenset(place_of(folder) for folder in (root.resolve(), *root.resolve().parents))
    train = parts.pop(TRAIN, root)
    for folder in {root, train}:
        pass_by(folder, seen.found)
    notes = [] if choice.label_from == NAME else _loose_note(train)
    notes += divided.notes if divided else _taken_for_classes(root)
    if choice.label_from == FOLDER:
        folders = class_folders(train, seen, above)
        if not divided:
            refuse_parts_in_classes(root, list(folders.values()))
        if not choice.insists and choice.classes is None:
            refuse_no_classes(train, folders)
        names = chosen(folders, choice.classes)
        rows = classes.by_folder(TRAIN, {name: folders[name] for name in names}, seen, above)
    else:
        rows = _otherwise(TRAIN, train, choice, seen, above)
        names = _in_order({name for _, name, _ in rows if name})
    files: tuple[Path, ...] = ()
    for part, folder in sorted(parts.items()):
        where = folder.relative_to(root).as_posix()
        own, used = _part(root, part, folder, names, choice, seen, above)
        files += used
        if used:
            notes.append(f"folder: the labels of {where}/ come from {', '.join(file.name for file in used)}")
        if own is None:
            notes.append(f"folder: {where}/ has no class folders, hence no labels: not used")
        else:
            rows += own
    if VALIDATION in {part for part, _, _ in rows} and TEST not in {part for part, _, _ in rows}:
        ours, rest = _outer(root, parts[VALIDATION]), _outer(root, train)
        notes.append(f"folder: {ours}/ is the test set; validation is split from {rest}/")
    return train, names, rows, notes, files


def _part(
    root: Path, part: int, folder: Path, names: Sequence[str], choice: Choice, seen: Seen, above: frozenset[Place]
) -> tuple[list[Row] | None, tuple[Path, ...]]:
    """The rows of a validation or test folder, None where nothing says its labels; and the files that say them."""
    if part == UNLABELLED:
        return None, ()
    pass_by(folder, seen.found)
    if choice.label_from != FOLDER:
        own = _otherwise(part, folder, choice, seen, above)
        return (own if any(name for _, name, _ in own) else None), ()
    if subfolders(folder):
        folders = class_folders(folder, seen, above)
        strange = [name for name, path in folders.items() if name not in names]
        if choice.classes is None:
            strange = [name for name in strange if loose_pictures(folders[name]) or subfolders(folders[name])]
            if strange:
                raise Refusal(f"{folder} has classes that the training images lack: {listed(strange)}; mend the names")
        own = classes.by_folder(part, {name: path for name, path in folders.items() if name in names}, seen, above)
        return own or None, ()
    flat = Found()
    walk(folder, flat)
    labelled = annotated.labels_of(root, part, folder, flat.pictures, names) if flat.pictures and names else None
    if labelled is None:
        return None, ()
    seen.found.dangling += flat.dangling
    seen.found.others += flat.others
    own = [(part, name or "", picture) for name, picture in zip(labelled.classes, flat.pictures, strict=True)]
    return own, labelled.files


def _otherwise(part: int, folder: Path, choice: Choice, seen: Seen, above: frozenset[Place]) -> list[Row]:
    """The rows of a folder whose classes are not its sub-folders."""
    above -= {place_of(folder)}  # a folder is walked through, though it is above its own sub-folders
    read = classes.by_inner if choice.label_from == INNER else classes.by_name
    return read(part, folder, seen, above)


def _known(rows: list[Row], names: Sequence[str], every: bool) -> tuple[list[Row], list[str]]:
    """The rows of classes that are used, and notes about the others; every: no class was left out on purpose."""
    known = set(names)
    kept = [row for row in rows if row[1] in known]
    if not every:
        return kept, []
    nameless = sum(not name for _, name, _ in rows)
    strange = len(rows) - len(kept) - nameless
    notes = [f"folder: {nameless:,} pictures have no class and are not used"] if nameless else []
    if strange:
        notes.append(f"folder: {strange:,} pictures are of classes that the training images lack: not used")
    return kept, notes


def _in_order(names: set[str]) -> tuple[str, ...]:
    """By name, numbers by their value."""
    if all(name.isdecimal() for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(sorted(names))


def _outer(root: Path, folder: Path) -> str:
    return folder.relative_to(root).as_posix() if folder != root else root.name


def _place(root: Path, rows: list[Row], part: int) -> str:
    """The folder of a part, as its first picture tells it."""
    path = next(picture.path for own, _, picture in rows if own == part)
    return path.relative_to(root).parts[0]


def _taken_for_classes(root: Path) -> list[str]:
    names = sorted(parts_of([folder.name for folder in subfolders(root)]))
    return (
        [f"folder: {listed([f'{name}/' for name in names])} are taken for classes, as the others are"] if names else []
    )


def _boxes(root: Path, pictures: list[Picture]) -> Boxes:
    """The boxes that `root`'s own file has for these pictures. Raises Refusal for one that is missing or wrong."""
    file = root / BOXES
    if not file.is_file():
        raise Refusal(
            f"{root} has no {BOXES}, which says where in each picture its object is: one line for each, "
            f"{','.join(COLUMNS)}, the picture's path below this folder and four edges in its pixels"
        )
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:  # spreadsheets begin it with a mark
        reader = csv.reader(lines)
        try:
            if tuple(next(reader, ())) != COLUMNS:
                raise Refusal(f"{file}, line 1: expected the columns {','.join(COLUMNS)}")
            rows = [(reader.line_num, row[0], row[1:]) for row in reader if row]
        except csv.Error as error:
            raise Refusal(f"{file}, line {reader.line_num}: this is no table of texts and commas ({error})") from None
    known, found = by_name(file, rows, inclusive=False), Boxes()
    for picture in pictures:
        found.add(picture.path.relative_to(root).as_posix(), known, file)
    return found


def hold_out_test(labels: Labels, part: npt.NDArray[np.uint8]) -> str:
    """Mark a fixed, stratified part of the training images as the test set, in place; return the note about it."""
    pool = np.flatnonzero(part == TRAIN)
    out = splits.held_out(labels[pool], TEST_FRACTION, TEST_SEED)[1]
    part[pool[out]] = TEST
    return f"{NO_TEST} a fixed, stratified fifth ({len(out):,} of {len(pool):,} images) is ours"


def _loose_note(folder: Path) -> list[str]:
    loose = loose_pictures(folder)
    return [f"folder: {len(loose)} pictures beside the class folders have no class: not used"] if loose else []
