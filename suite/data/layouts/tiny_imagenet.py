"""Tiny ImageNet as its publisher lays it out: train/WNID/images, val/images with val_annotations.txt, words.txt.

Every image has a box: train/WNID/WNID_boxes.txt has name, left, top, right and bottom, val_annotations.txt the last
four behind the class. They are whole numbers from 0, and right and bottom name the last pixel of the box.

Y. Le and X. Yang, Tiny ImageNet Visual Recognition Challenge, 2015. Its test images have no labels: the validation set
is our test set.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from suite.core.refusals import Refusal
from suite.data.boxes import Boxes, by_name
from suite.data.contents import TEST, TRAIN
from suite.data.files.walk import Found, Picture, subfolders, walk
from suite.data.layouts.tree import Tree, refuse_classes

Line = tuple[int, str, list[str]]
"""Its number, a picture's name, and the texts of its box."""

ANNOTATIONS = Path("val") / "val_annotations.txt"
WORDS = Path("words.txt")


def recognised(root: Path) -> bool:
    return (root / ANNOTATIONS).is_file() and (root / "train").is_dir()


def understand(root: Path, boxed: bool = False) -> Tree:
    """The training images by folder, the validation images by their annotations; `boxed`: with their boxes.

    Raises Refusal for what is missing.
    """
    found = Found()
    folders = subfolders(root / "train")
    ids = [folder.name for folder in folders]
    labels: list[int] = []
    for label, folder in enumerate(folders):
        walk(folder, found)
        labels += [label] * (len(found.pictures) - len(labels))
    refuse_classes(root / "train", tuple(ids), labels, least=2)
    trained = len(labels)
    pictures, own, lines = _validation(root, ids)
    found.refuse_dangling()
    files = [folder / f"{folder.name}_boxes.txt" for folder in folders] if boxed else []
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


def _validation(root: Path, ids: list[str]) -> tuple[list[Picture], list[int], list[Line]]:
    """The validation pictures by name, their labels, and the lines of the annotations."""
    found = Found()
    if (root / "val" / "images").is_dir():
        walk(root / "val" / "images", found)
    found.refuse_dangling()
    path = root / ANNOTATIONS
    wnid_of, lines = {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split("\t")
        if len(fields) < 2 or fields[1] not in ids:
            raise Refusal(
                f"{path}, line {number}: expected a file name, a tab and one of the classes of train/: {line!r}"
            )
        wnid_of[fields[0]] = fields[1]
        lines.append((number, fields[0], fields[2:]))
    names = {picture.path.name for picture in found.pictures}
    if names != set(wnid_of):
        odd = sorted(names ^ set(wnid_of))
        raise Refusal(f"{path} and val/images/ do not agree on {len(odd)} files, first {odd[0]}; make them agree")
    return found.pictures, [ids.index(wnid_of[picture.path.name]) for picture in found.pictures], lines


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
    lines = words.read_text(encoding="utf-8").splitlines() if words.is_file() else []
    known = {wnid: text.split(",")[0].strip() for wnid, tab, text in (line.partition("\t") for line in lines) if tab}
    first = [known.get(wnid) or wnid for wnid in ids]
    count = Counter(first)
    return tuple(name if count[name] == 1 else f"{name} ({wnid})" for name, wnid in zip(first, ids, strict=True))
