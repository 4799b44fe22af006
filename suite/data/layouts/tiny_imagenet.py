"""Tiny ImageNet as its publisher lays it out: train/WNID/images, val/images with val_annotations.txt, words.txt.

Every image has a box: train/WNID/WNID_boxes.txt has name, left, top, right and bottom, val_annotations.txt the last
four behind the class. They are whole numbers from 0, and right and bottom name the last pixel of the box. Where val/
has been sorted into class folders, as many do, these count.

Y. Le and X. Yang, Tiny ImageNet Visual Recognition Challenge, 2015. Its test images have no labels: the validation set
is our test set.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from suite.core.refusals import Refusal
from suite.data.boxes import Boxes, by_name
from suite.data.contents import TEST, TRAIN
from suite.data.files.walk import Found, Picture, holds_pictures, subfolders, walk
from suite.data.layouts.classes import chosen, refuse_classes
from suite.data.layouts.tree import Choice, Tree

Line = tuple[int, str, list[str]]
"""Its number, a picture's name, and the texts behind it, those of its box the last."""

ANNOTATIONS = Path("val") / "val_annotations.txt"
WORDS = Path("words.txt")


def recognised(root: Path) -> bool:
    return (root / ANNOTATIONS).is_file() and (root / "train").is_dir()


def understand(root: Path, boxed: bool = False, choice: Choice | None = None) -> Tree:
    """The training images by folder, the validation images by their annotations; `boxed`: with their boxes.

    `choice` may name classes by word or identifier. Raises Refusal for what is missing.
    """
    tree = _whole(root, boxed)
    return tree if choice is None or choice.classes is None else _some(tree, choice.classes, subfolders(root / "train"))


def _whole(root: Path, boxed: bool) -> Tree:
    found = Found()
    folders = subfolders(root / "train")
    ids = [folder.name for folder in folders]
    labels: list[int] = []
    for label, folder in enumerate(folders):
        walk(folder, found)
        labels += [label] * (len(found.pictures) - len(labels))
    refuse_classes(root / "train", tuple(ids), labels, least=2)
    trained = len(labels)
    pictures, own = _validation(root, ids, found)
    found.refuse_dangling()
    files = [folder / f"{folder.name}_boxes.txt" for folder in folders] if boxed else []
    lines = [(number, name, fields[1:]) for number, name, fields in _annotations(root)] if boxed else []
    boxes = _boxes(files, found.pictures, labels, root / ANNOTATIONS, pictures, lines) if boxed else None
    words = root / WORDS
    return Tree(
        pictures=[*found.pictures, *pictures],
        labels=np.array([*labels, *own], np.int32),
        part=np.repeat(np.array([TRAIN, TEST], np.uint8), [trained, len(pictures)]),
        class_names=_names(words, ids),
        notes=("Tiny ImageNet's layout: val/ is the test set; validation is split from train/",),
        annotations=tuple(path for path in (root / ANNOTATIONS, words, *files) if path.is_file()),
        boxes=boxes,
    )


def _validation(root: Path, ids: list[str], found: Found) -> tuple[list[Picture], list[int]]:
    """The validation pictures in the order of their names, and their labels, by class folders or annotations."""
    folders = [folder for folder in subfolders(root / "val") if folder.name in ids and holds_pictures(folder)]
    own = Found()
    if folders:
        labels: list[int] = []
        for folder in folders:
            walk(folder, own)
            labels += [ids.index(folder.name)] * (len(own.pictures) - len(labels))
        found.dangling += own.dangling
        return own.pictures, labels
    if (root / "val" / "images").is_dir():
        walk(root / "val" / "images", own)
    found.dangling += own.dangling
    wnid_of = {name: wnid for _, name, (wnid, *_) in _annotations(root)}
    for number, name, (wnid, *_) in _annotations(root):
        if wnid not in ids:
            raise Refusal(
                f"{root / ANNOTATIONS}, line {number}: expected a file name, a tab and one of the classes of train/: "
                f"{name} {wnid}"
            )
    names = {picture.path.name for picture in own.pictures}
    if names != set(wnid_of):
        odd = sorted(names ^ set(wnid_of))
        raise Refusal(
            f"{root / ANNOTATIONS} and val/images/ do not agree on {len(odd)} files, first {odd[0]}; make them agree"
        )
    return own.pictures, [ids.index(wnid_of[picture.path.name]) for picture in own.pictures]


def _annotations(root: Path) -> list[Line]:
    """Each line's number, its picture's name, and its class with the box."""
    path, lines = root / ANNOTATIONS, []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        fields = line.split("\t")
        if len(fields) < 2:
            raise Refusal(
                f"{path}, line {number}: expected a file name, a tab and one of the classes of train/: {line!r}"
            )
        lines.append((number, fields[0], fields[1:]))
    return lines


def _boxes(
    files: list[Path],
    trained: list[Picture],
    labels: list[int],
    annotations: Path,
    validation: list[Picture],
    lines: list[Line],
) -> Boxes:
    """Of the training images by their class's file, of the validation images by the annotations."""
    known, found = [by_name(file, _lines(file), inclusive=True) for file in files], Boxes()
    for picture, label in zip(trained, labels, strict=True):
        found.add(picture.path.name, known[label], files[label])
    own = by_name(annotations, lines, inclusive=True)
    for picture in validation:
        found.add(picture.path.name, own, annotations)
    return found


def _lines(file: Path) -> list[Line]:
    """The lines of one class's boxes. Raises Refusal where there is no such file."""
    if not file.is_file():
        raise Refusal(f"{file} is missing, which has the boxes of this class's pictures: bring it, or delete the class")
    lines = enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
    return [(number, line.split("\t")[0], line.split("\t")[1:]) for number, line in lines if line.strip()]


def _names(words: Path, ids: list[str]) -> tuple[str, ...]:
    """The first word for each class; the identifier where there is none, or where two classes would share it."""
    lines = words.read_text(encoding="utf-8", errors="replace").splitlines() if words.is_file() else []
    known = {wnid: text.split(",")[0].strip() for wnid, tab, text in (line.partition("\t") for line in lines) if tab}
    first = [known.get(wnid) or wnid for wnid in ids]
    count = Counter(first)
    return tuple(name if count[name] == 1 else f"{name} ({wnid})" for name, wnid in zip(first, ids, strict=True))


def _some(tree: Tree, wanted: tuple[str, ...] | int, folders: list[Path]) -> Tree:
    """The same set with some of its classes."""
    if not isinstance(wanted, int):
        words = {folder.name: name for folder, name in zip(folders, tree.class_names, strict=True)}
        wanted = tuple(words.get(name, name) for name in wanted)
    names = [name for name in tree.class_names if name in chosen(tree.class_names, wanted)]
    number = {tree.class_names.index(name): label for label, name in enumerate(names)}
    rows = [row for row, label in enumerate(tree.labels) if int(label) in number]
    boxes = tree.boxes and Boxes([tree.boxes.edges[row] for row in rows], [tree.boxes.places[row] for row in rows])
    labels = np.array([number[int(tree.labels[row])] for row in rows], np.int32)
    pictures = [tree.pictures[row] for row in rows]
    return replace(tree, pictures=pictures, labels=labels, part=tree.part[rows], class_names=tuple(names), boxes=boxes)
