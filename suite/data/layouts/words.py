"""What names of folders and files say: a part of a divided set, pictures beside their annotations, a class."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from suite.data.contents import TEST, TRAIN, VALIDATION

UNLABELLED = 3
"""Beside TRAIN, VALIDATION and TEST: pictures that somebody wants classified."""

PARTS = {
    **dict.fromkeys(("train", "training"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "dev", "eval", "evaluation"), VALIDATION),
    **dict.fromkeys(("test", "testing"), TEST),
    **dict.fromkeys(("pred", "predict", "prediction", "predictions", "unlabeled", "unlabelled"), UNLABELLED),
}
_PART = "|".join(sorted(PARTS, key=len, reverse=True))
_AROUND = (
    "datasets|dataset|data|sets|set|images|image|imgs|img|pictures|photos|split|seg|folder|samples|sample|files|single"
    "|multiple|all|x"
)
_PART_NAME = re.compile(rf"(?:{_AROUND})*({_PART})(?:{_AROUND})*")

_PICTURES = frozenset("images image imgs img jpegimages pictures photos frames jpg jpegs png pngs".split())
_ANNOTATIONS = frozenset((
    "labels label annotations annotation annots masks mask gt groundtruth groundtruths segmentation segmentations "
    "segmentationclass segmentationobject imagesets xml xmls json bbox bboxes boundingboxes trimaps labelstxt"
).split())  # fmt: skip

_PORTIONS = frozenset("part parts images image imgs img pictures photos frames batch chunk shard archive fold".split())
_SUBJECTS = frozenset("patient patients subject subjects case participant volunteer proband".split())
_VERSIONS = frozenset((
    "color colour colored coloured grayscale greyscale gray grey rgb raw original originals segmented augmented "
    "processed preprocessed resized cropped enhanced normalized denoised"
).split())  # fmt: skip
PORTIONS, SUBJECTS, VERSIONS = "portions of one set", "subjects", "versions of the same pictures"

_NUMBER = re.compile(r"[\s._-]*(\(\d+\)|\d+)$")


def part_of(name: str) -> int | None:
    """The part that a folder's name means, with what people write around it: `training_set`, `seg_test`, `val2017`."""
    found = _PART_NAME.fullmatch(_letters(name))
    return PARTS[found[1]] if found else None


def parts_of(names: Sequence[str]) -> dict[str, int]:
    """Those of the folders of one place whose names mean parts.

    Also where every name is one word with a part beside it: `asl_alphabet_train` and `asl_alphabet_test`.
    """
    found = {name: part for name in names if (part := part_of(name)) is not None}
    if found or len(names) < 2:
        return found
    split = {name: re.split(r"[\W_]+", name.lower()) for name in names}
    own = {name: [word for word in words if word in PARTS] for name, words in split.items()}
    rests = {tuple(word for word in words if word not in PARTS) for words in split.values()}
    if len(rests) == 1 and all(len(words) == 1 for words in own.values()):
        return {name: PARTS[words[0]] for name, words in own.items()}
    return {}


def means_pictures(name: str) -> bool:
    """Whether a folder of this name holds the pictures of something, and is no class."""
    return _letters(name) in _PICTURES


def means_annotations(name: str) -> bool:
    return _letters(name) in _ANNOTATIONS


def meant_otherwise(names: Sequence[str]) -> str | None:
    """What folders of these names hold where that is no classes, in words; None where they may well be classes.

    `images_part_1` and `images_part_2`, `Patient 001` to `Patient 032`, `color` beside `grayscale`.
    """
    if len(names) < 2:
        return None
    if all(_letters(name) in _VERSIONS for name in names):
        return VERSIONS
    rests = {re.sub(r"\d+", "#", name.lower()) for name in names}
    if len(rests) > 1 or "#" not in (rest := rests.pop()):
        return None
    words = set(re.findall(r"[^\W\d_]+", rest))
    return PORTIONS if words & _PORTIONS else SUBJECTS if words & _SUBJECTS else None


def class_in(path: Path) -> str:
    """The class that a file's name gives: what stands before its number; empty where there is nothing else.

    `cat.0.jpg` is of cat, `great_pyrenees_12.jpg` of great_pyrenees, `7.jpg` of none.
    """
    stem = re.sub(r"\.[^.]*[A-Za-z][^.]*$", "", path.name)  # a suffix, but not the number of `cat.0`
    return _NUMBER.sub("", stem).strip(" ._-")


def same(name: str) -> str:
    """A name as it is compared: one spelling of each accented letter, for systems differ in what they store."""
    return unicodedata.normalize("NFC", name)


def legible(name: str) -> str:
    """A name as one line of text: bytes that are no UTF-8 are read as Latin-1, in which every byte is a letter."""
    name = re.sub("[\udc80-\udcff]", lambda byte: chr(ord(byte[0]) - 0xDC00), name)
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", lambda found: repr(found[0])[1:-1], name)


def _letters(name: str) -> str:
    return re.sub(r"[\W\d_]+", "", name.lower())


def listed(words: Sequence[str], limit: int = 10) -> str:
    return ", ".join(words[:limit]) + (f" and {len(words) - limit} more" if len(words) > limit else "")
