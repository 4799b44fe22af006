"""What a folder of pictures means: which file belongs to which class and to which part.

Class folders, with or without `train`, `val` and `test` folders above them. Everything below a class folder, at any
depth, belongs to the class. Where there is only a labelled validation set, it is our test set.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal
from suite.data.boxes import EDGES, Boxes, by_name
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.files.walk import SUFFIXES, Found, Picture, subfolders, visible, walk
from suite.data.splits import TEST_SEED, held_out
from suite.data.targets import Labels

BOXES = "boxes.csv"
COLUMNS = ("image", *EDGES)
"""A file beside the class folders, and its columns: the picture's path below that folder, edges in its pixels."""

TEST_FRACTION = 0.2
"""Of a folder without a test set: the fixed, stratified part that becomes one."""

_PARTS = {
    **dict.fromkeys(("train", "training"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "dev"), VALIDATION),
    **dict.fromkeys(("test", "testing"), TEST),
}


@dataclass(frozen=True)
class Tree:
    """A folder understood: pictures, labels and part have one entry for each image, in a fixed order.

    annotations: the other files that were read for it. boxes: where each picture's object is, if that was asked for.
    """

    pictures: list[Picture]
    labels: Labels
    part: npt.NDArray[np.uint8]
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    annotations: tuple[Path, ...] = ()
    boxes: Boxes | None = None


def understand(root: Path, boxed: bool = False) -> Tree:
    """Which pictures `root` holds, and what they are; `boxed`: and where in them, as its BOXES says.

    Raises Refusal for a folder that cannot be used.
    """
    parts = _part_folders(root)
    train = parts.pop(TRAIN, root)
    notes = _loose_note(train)
    held = {}
    for part, folder in parts.items():
        if class_folders := subfolders(folder):
            held[part] = class_folders
        else:
            notes.append(f"folder: {folder.name}/ has no class folders, hence no labels: not used")
    if VALIDATION in held and TEST not in held:
        held[TEST] = held.pop(VALIDATION)
        notes.append(f"folder: {parts[VALIDATION].name}/ is the test set; validation is split from {train.name}/")

    found = Found()
    class_names = tuple(folder.name for folder in subfolders(train))
    rows = _labelled(TRAIN, subfolders(train), class_names, found)
    refuse_classes(train, class_names, [label for _, label, _ in rows], least=2 if TEST in held else 3)
    for part in sorted(held):
        own = _labelled(part, held[part], class_names, found)
        absent = len(class_names) - len({label for _, label, _ in own})
        if absent:
            notes.append(f"folder: {held[part][0].parent.name}/ lacks {absent} of the {len(class_names)} classes")
        rows += own
    found.refuse_dangling()
    notes += found.others_note()

    part_of = np.array([part for part, _, _ in rows], np.uint8)
    labels = np.array([label for _, label, _ in rows], np.int32)
    if TEST not in part_of:
        notes.append(hold_out_test(labels, part_of))
    pictures = [picture for _, _, picture in rows]
    tree = Tree(pictures, labels, part_of, class_names, tuple(notes))
    return replace(tree, annotations=(root / BOXES,), boxes=_boxes(root, pictures)) if boxed else tree


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


def refuse_classes(folder: Path, class_names: tuple[str, ...], labels: list[int], least: int) -> None:
    """Raises Refusal when `folder` has no, one or empty classes, or one with fewer than `least` images to divide."""
    layout = "one sub-folder of pictures for each class, or train/, val/ and test/ with such sub-folders"
    if not class_names:
        raise Refusal(f"{folder} has no class folders; expected {layout}")
    counts = np.bincount(np.array(labels, np.int64), minlength=len(class_names))
    empty = [name for name, count in zip(class_names, counts, strict=True) if not count]
    if empty:
        raise Refusal(f"{folder} has classes without pictures: {_listed(empty)}; fill or delete these folders")
    if len(class_names) == 1:
        inner = f"; did you mean path={folder / class_names[0]}?" if subfolders(folder / class_names[0]) else ""
        raise Refusal(f"{folder} has a single class, {class_names[0]!r}; expected {layout}{inner}")
    small = [f"{name} ({count})" for name, count in zip(class_names, counts, strict=True) if count < least]
    if small:
        raise Refusal(
            f"{folder} has classes with fewer than the {least} pictures that dividing needs: {_listed(small)}; "
            "add pictures or take these classes out"
        )


def hold_out_test(labels: Labels, part: npt.NDArray[np.uint8]) -> str:
    """Mark a fixed, stratified part of the training images as the test set, in place; return the note about it."""
    pool = np.flatnonzero(part == TRAIN)
    out = held_out(labels[pool], TEST_FRACTION, TEST_SEED)[1]
    part[pool[out]] = TEST
    return f"folder: no labelled test set; a fixed, stratified fifth ({len(out):,} of {len(pool):,} images) is ours"


def _part_folders(root: Path) -> dict[int, Path]:
    """The folders of a divided set by part; empty when the sub-folders of `root` are classes."""
    parts: dict[int, Path] = {}
    folders = subfolders(root)
    for folder in folders:
        part = _PARTS.get(folder.name.lower())
        if part in parts:
            raise Refusal(f"{root} has both {parts[part].name}/ and {folder.name}/; keep one of them")
        if part is not None:
            parts[part] = folder
    if TRAIN in parts and subfolders(parts[TRAIN]):
        return parts
    if parts and len(parts) == len(folders) and any(subfolders(folder) for folder in folders):
        names = ", ".join(f"{folder.name}/" for folder in folders)
        raise Refusal(f"{root} has {names} but no train/ with class folders; add it, or name a folder of classes")
    return {}  # "test" may be the name of a class


def _labelled(
    part: int, folders: list[Path], class_names: tuple[str, ...], found: Found
) -> list[tuple[int, int, Picture]]:
    """(part, label, picture) of all pictures below class folders."""
    strangers = [folder.name for folder in folders if folder.name not in class_names]
    if strangers:
        raise Refusal(
            f"{folders[0].parent} has classes that the training images lack: {_listed(strangers)}; mend the names"
        )
    rows = []
    for folder in folders:
        before = len(found.pictures)
        walk(folder, found)
        label = class_names.index(folder.name)
        rows += [(part, label, picture) for picture in found.pictures[before:]]
    return rows


def _loose_note(folder: Path) -> list[str]:
    loose = [
        entry for entry in visible(folder) if os.path.splitext(entry.name)[1].lower() in SUFFIXES and entry.is_file()
    ]
    return [f"folder: {len(loose)} pictures beside the class folders have no class: not used"] if loose else []


def _listed(words: list[str]) -> str:
    return ", ".join(words[:10]) + (f" and {len(words) - 10} more" if len(words) > 10 else "")
