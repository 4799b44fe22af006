"""Tiny ImageNet as its publisher lays it out: train/WNID/images, val/images with val_annotations.txt, words.txt.

Y. Le and X. Yang, Tiny ImageNet Visual Recognition Challenge, 2015. Its test images have no labels: the validation set
is our test set.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN
from suite.data.files.walk import Found, Picture, subfolders, walk
from suite.data.layouts.tree import Tree, refuse_classes

ANNOTATIONS = Path("val") / "val_annotations.txt"
WORDS = Path("words.txt")


def recognised(root: Path) -> bool:
    return (root / ANNOTATIONS).is_file() and (root / "train").is_dir()


def understand(root: Path) -> Tree:
    """The training images by folder, the validation images by their annotations. Raises Refusal for what is missing."""
    found = Found()
    folders = subfolders(root / "train")
    ids = [folder.name for folder in folders]
    labels: list[int] = []
    for label, folder in enumerate(folders):
        walk(folder, found)
        labels += [label] * (len(found.pictures) - len(labels))
    refuse_classes(root / "train", tuple(ids), labels, least=2)
    trained = len(labels)
    pictures, own = _validation(root, ids)
    found.refuse_dangling()
    words = root / WORDS
    return Tree(
        pictures=[*found.pictures, *pictures],
        labels=np.array([*labels, *own], np.int32),
        part=np.repeat(np.array([TRAIN, TEST], np.uint8), [trained, len(pictures)]),
        class_names=_names(words, ids),
        notes=("Tiny ImageNet's layout: val/ is the test set; validation is split from train/",),
        annotations=tuple(path for path in (root / ANNOTATIONS, words) if path.is_file()),
    )


def _validation(root: Path, ids: list[str]) -> tuple[list[Picture], list[int]]:
    """The validation pictures by name, and their labels."""
    found = Found()
    if (root / "val" / "images").is_dir():
        walk(root / "val" / "images", found)
    found.refuse_dangling()
    path = root / ANNOTATIONS
    wnid_of = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split("\t")
        if len(fields) < 2 or fields[1] not in ids:
            raise Refusal(
                f"{path}, line {number}: expected a file name, a tab and one of the classes of train/: {line!r}"
            )
        wnid_of[fields[0]] = fields[1]
    names = {picture.path.name for picture in found.pictures}
    if names != set(wnid_of):
        odd = sorted(names ^ set(wnid_of))
        raise Refusal(f"{path} and val/images/ do not agree on {len(odd)} files, first {odd[0]}; make them agree")
    return found.pictures, [ids.index(wnid_of[picture.path.name]) for picture in found.pictures]


def _names(words: Path, ids: list[str]) -> tuple[str, ...]:
    """The first word for each class; the identifier where there is none, or where two classes would share it."""
    lines = words.read_text(encoding="utf-8").splitlines() if words.is_file() else []
    known = {wnid: text.split(",")[0].strip() for wnid, tab, text in (line.partition("\t") for line in lines) if tab}
    first = [known.get(wnid) or wnid for wnid in ids]
    count = Counter(first)
    return tuple(name if count[name] == 1 else f"{name} ({wnid})" for name, wnid in zip(first, ids, strict=True))
