"""Whether the sub-folders of a folder are its classes or the parts of a divided set, by their names and contents.

A split that is trained as classes gives a fine table of nothing: what looks like one and cannot be used is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.files.walk import holds_pictures, loose_pictures, subfolders
from suite.data.layouts.words import (
    UNLABELLED,
    VERSIONS,
    listed,
    means_annotations,
    means_pictures,
    meant_otherwise,
    part_of,
    parts_of,
)

IN_NAMES = "data.label_from=name takes the class from each file's name, as in cat.12.jpg"


@dataclass(frozen=True)
class Division:
    """The folders of a divided set by part, each at the level below which its classes lie."""

    folders: dict[int, Path]
    notes: list[str] = field(default_factory=list)


def division(root: Path, flat: bool = False) -> Division | None:
    """The parts below `root`; None where its sub-folders are classes. flat: classes need no folders.

    Raises Refusal where the sub-folders are a split, or pictures and their annotations, that cannot be used.
    """
    folders = subfolders(root)
    kinds = parts_of([folder.name for folder in folders])
    named = [folder for folder in folders if folder.name in kinds]
    refuse_annotations(root, folders)
    if TRAIN not in kinds.values():
        if named and len(named) == len(folders) and (len(named) > 1 or subfolders(named[0])):
            names = listed([f"{folder.name}/" for folder in named])
            raise Refusal(f"{root} has {names} but no train/ with class folders; add it, or name a folder of classes")
        return None
    others = [folder for folder in folders if folder.name not in kinds and holds_pictures(folder)]
    train = next(_inner(folder) for folder in named if kinds[folder.name] == TRAIN)
    if not subfolders(train) and not flat:
        if others:
            return None  # "train" may be the name of a class
        raise Refusal(
            f"{root} has {listed([f'{folder.name}/' for folder in named])}, which look like a split, not classes, and "
            f"pictures without class folders in them; {IN_NAMES}, {lists_beside(root)}"
        )
    measured = {VALIDATION, TEST} & set(kinds.values())
    if others and not measured:
        if flat:
            return None
        beside = listed([f"{folder.name}/" for folder in others], 3)
        raise Refusal(
            f"{root} has {train.name}/, which looks like a part of a split, and {beside}, which look like classes; "
            f"name the folder whose sub-folders are the classes (path={train}?), or give {train.name}/ another name"
        )
    notes = []
    if others:
        beside = listed([f"{folder.name}/" for folder in others])
        notes.append(f"folder: {beside} beside {train.name}/ belong to no part: not used")
    return Division(_by_part(root, named, kinds), notes)


def _by_part(root: Path, named: list[Path], kinds: dict[str, int]) -> dict[int, Path]:
    parts: dict[int, Path] = {}
    outer: dict[int, Path] = {}
    for folder in named:
        part = kinds[folder.name]
        if part in parts and part != UNLABELLED:
            raise Refusal(f"{root} has both {outer[part].name}/ and {folder.name}/; keep one of them")
        outer[part], parts[part] = folder, _inner(folder)
        refuse_annotations(parts[part], subfolders(parts[part]))
    return parts


def _inner(folder: Path) -> Path:
    """Down through folders that archives put around their contents: `test_set/test_set`, `train/images`."""
    while True:
        inner = subfolders(folder)
        if len(inner) != 1 or loose_pictures(folder):
            return folder
        part = part_of(folder.name)
        same = inner[0].name.lower() == folder.name.lower() or (part is not None and part_of(inner[0].name) == part)
        if not same and not means_pictures(inner[0].name):
            return folder
        folder = inner[0]


def refuse_annotations(folder: Path, inner: list[Path]) -> None:
    """Raises Refusal where `folder` holds pictures in one sub-folder and their annotations in another."""
    pictures = [path for path in inner if means_pictures(path.name)]
    annotations = [path for path in inner if means_annotations(path.name)]
    if not pictures or not annotations:
        return
    guess = next((path for path in pictures if subfolders(path)), None)
    raise Refusal(
        f"{folder} has {listed([f'{path.name}/' for path in (*pictures, *annotations)])}, which look like pictures and "
        "their annotations, not classes; " + (f"did you mean path={guess}?" if guess else f"{IN_NAMES} "
        f"(path={pictures[0]}), {lists_beside(folder)}")
    )  # fmt: skip


def refuse_no_classes(folder: Path, folders: dict[str, Path]) -> None:
    """Raises Refusal where the names of the folders say that they are something else than classes."""
    meant = meant_otherwise(list(folders))
    if meant is None or (meant == VERSIONS and not all(len(subfolders(path)) > 1 for path in folders.values())):
        return
    names, one = listed([f"{name}/" for name in folders], 3), next(iter(folders.values()))
    ways = f"{lists_beside(folder)}, data.label_from=folder trains on these folders as classes all the same"
    if meant == VERSIONS:
        ways = f"did you mean path={one}? data.label_from=folder trains on these folders as classes all the same"
    elif any(len(subfolders(path)) > 1 for path in folders.values()):
        ways = f"data.label_from=inner takes the innermost folders as classes, {ways}"
    raise Refusal(f"{folder} has {names}, which look like {meant}, not classes; {ways}")


def lists_beside(folder: Path) -> str:
    """How a list gives the classes, with the list that lies there, if one does."""
    found = [path.name for path in sorted(folder.glob("*.[ct]sv")) if not path.name.startswith(".")]
    there = f" (there is {listed(found, 3)})" if found else ""
    return f"data.labels=FILE.csv takes the classes from a list of paths and labels{there}"


def refuse_parts_in_classes(root: Path, folders: list[Path]) -> None:
    """Raises Refusal where it is the classes that are divided: cat/train and cat/test, dog/train and dog/test."""
    for folder in folders:
        inner = [path.name for path in subfolders(folder)]
        kinds = set(parts_of(inner).values())
        if TRAIN not in kinds or not kinds & {TEST, VALIDATION}:
            return
    if len(folders) == 1:
        raise Refusal(f"{root} holds nothing but {folders[0].name}/, which is divided; did you mean path={folders[0]}?")
    if folders:
        inner = [path.name for path in subfolders(folders[0])]
        guess = f", or name one of them (path={folders[0]})" if any(map(subfolders, subfolders(folders[0]))) else ""
        raise Refusal(
            f"{root} has {listed([f'{name}/' for name in sorted(parts_of(inner))])} inside each of its folders, which "
            f"would be mixed: turn them round, as in {inner[0]}/{folders[0].name}{guess}"
        )
