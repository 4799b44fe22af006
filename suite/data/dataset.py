"""What a data set is asked for with, and what comes back: plain arrays that no backend owns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal, unknown
from suite.data.fit import SQUARES, Fit, Images, Size
from suite.data.targets import Labels, Targets

Indices = npt.NDArray[np.int64]

LARGEST_SIZE = 1024
"""The largest `image_size`, in pixels: beyond it a mistyped value is likelier than a wish."""


ON_BAD = ("refuse", "skip")

PLACES = ("path", "labels")
"""Where something lies is no part of what a run is; the data's hash tells what was found there."""

HANDLING = ("on_bad", "allow_duplicates")
"""Nor is what was let pass: what came of it is in the hash as well."""

DROP = "drop"
"""The value of `data.allow_duplicates` that leaves copies of test images out of the others."""

PARENT = "parent"
"""The value of `data.group` that takes the name of each picture's folder; every other is a pattern, or beside
`data.labels` one of its columns."""

COLUMN = re.compile(r"\w[\w .-]*")
"""What a column may be called that is told from a pattern, which has brackets."""

AS_EVER = {
    "fit": "crop", "on_bad": "refuse", "allow_duplicates": False, "group": None, "folds": None, "fold": None,
    "min_per_class": None,
}  # fmt: skip
"""What there was before there was a choice: descriptions leave it out, as those that were written then."""


@dataclass(frozen=True)
class DataSpec:
    """Which images, and how they are divided.

    `path` is the tree of the set `folder`; `image_size` the side of the square images, in pixels (None: the set's own),
    or for `folder` height and width; two that are equal are one.
    `source_size` is the side of the larger ones that random crops are taken from (None: there are no larger ones), and
    `crop_pct` the central share of their sides that is seen wherever there is no random crop (None: all of it).
    `validation_fraction` is the part of the training images that is kept for validation where the publisher has none.
    `*_examples` are at most so many images of that part, stratified; None means all.
    `label_from` says where a set that offers a choice has its classes (None: as it comes), `labels` is a list of
    pictures and labels that says it instead, of which `label_from` may name the column; `classes` are the names of
    those that are used, or how many, and `min_per_class` leaves out those with fewer training pictures.
    `fit` is how pictures become square (see `suite.data.fit`), `on_bad` what happens where some cannot be read: refuse
    or skip. `allow_duplicates`: test images with an exact copy among the others are said and not refused (True), or the
    others are left out ("drop").
    `group` keeps together what shows one subject: "parent" (the picture's folder), a pattern with one group that is
    looked for in its path, or a column of `labels`. `fold` is which of `folds` equal parts is the test set, of a
    folder that brings none.
    `target` is what has to be known of each image beside its class (see `suite.data.targets`); None: nothing.
    `imbalance` and `label_noise` make the training images alone harder, see `suite.data.hardships`.
    Raises Refusal for a value that no data set can meet.
    """

    name: str
    path: str | None = None
    image_size: Size | None = None
    source_size: int | None = None
    crop_pct: float | None = None
    split_seed: int = 0
    validation_fraction: float = 0.1
    train_examples: int | None = None
    validation_examples: int | None = None
    test_examples: int | None = None
    target: str | None = None
    imbalance: float = 1.0
    label_noise: float = 0.0
    label_from: str | None = None
    labels: str | None = None
    classes: tuple[str, ...] | int | None = None
    fit: str = "crop"
    on_bad: str = "refuse"
    allow_duplicates: bool | str = False
    group: str | None = None
    folds: int | None = None
    fold: int | None = None
    min_per_class: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise Refusal(f"data.name={self.name!r}: expected the name of a data set")
        if self.path is not None and (not isinstance(self.path, str) or not self.path):
            raise Refusal(f"data.path={self.path!r}: expected a folder, as text")
        if self.labels is not None and (not isinstance(self.labels, str) or not self.labels):
            raise Refusal(f"data.labels={self.labels!r}: expected a file, as text")
        object.__setattr__(self, "classes", _class_choice(self.classes))
        for key, known in (("fit", SQUARES), ("on_bad", ON_BAD)):
            if getattr(self, key) not in known:
                raise unknown(f"value of data.{key}", str(getattr(self, key)), known)
        if not isinstance(self.allow_duplicates, bool) and self.allow_duplicates != DROP:
            raise Refusal(f"data.allow_duplicates={self.allow_duplicates!r}: expected true, false or drop")
        _whole("min_per_class", self.min_per_class, 1, 2**63 - 1, optional=True)
        if self.labels is None or not isinstance(self.group, str) or not COLUMN.fullmatch(self.group):
            _check_group(self.group)
        self._check_folds()
        object.__setattr__(self, "image_size", _size(self.image_size))
        _whole("source_size", self.source_size, 8, LARGEST_SIZE, optional=True)
        self._check_sizes()
        _whole("split_seed", self.split_seed, 0, 2**63 - 1)
        for key in ("train_examples", "validation_examples", "test_examples"):
            _whole(key, getattr(self, key), 1, 2**63 - 1, optional=True)
        fraction = self.validation_fraction
        if isinstance(fraction, bool) or not isinstance(fraction, int | float) or not 0 < fraction < 1:
            raise Refusal(f"data.validation_fraction={fraction!r}: expected a number between 0 and 1, both excluded")
        _share("imbalance", self.imbalance, "above 0 and at most 1", lambda value: 0 < value <= 1)
        _share("label_noise", self.label_noise, "from 0 to below 1", lambda value: 0 <= value < 1)

    def _check_folds(self) -> None:
        _whole("folds", self.folds, 2, 100, optional=True)
        if (self.folds is None) != (self.fold is None):
            raise Refusal(
                "data.folds=N says in how many parts a folder is cut and data.fold=K, from 0 to N-1, which of them is "
                "the test set: give both; each fold is an instance of its own (instance=fold0, ...)"
            )
        _whole("fold", self.fold, 0, (self.folds or 1) - 1, optional=True)

    def _check_sizes(self) -> None:
        """Raises Refusal where larger pixels and the network's do not go together."""
        if self.crop_pct is not None:
            _share("crop_pct", self.crop_pct, "above 0 and at most 1", lambda value: 0 < value <= 1)
            if self.source_size is None:
                raise Refusal(f"data.crop_pct={self.crop_pct} has no effect without data.source_size")
            if self.crop_pct < 1 and self.target is not None:
                raise Refusal(
                    f"data.crop_pct={self.crop_pct} would cut off a {self.target} of test images: leave it out"
                )
        if self.source_size is None:
            return
        if isinstance(self.image_size, tuple):
            raise Refusal(
                f"data.source_size={self.source_size}: crops are taken from squares and become squares; give "
                f"data.image_size={list(self.image_size)} as one side, or leave data.source_size out"
            )
        if self.image_size is None or self.source_size <= self.image_size:
            raise Refusal(
                f"data.source_size={self.source_size}: crops are taken from pixels that are larger than the network's "
                f"input; set data.image_size, which is the input's, to less than {self.source_size}"
            )

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> DataSpec:
        """The specification that a configuration's `data` section describes; raises Refusal for an unknown key."""
        known = [field.name for field in fields(cls)]
        for key in mapping:
            if key not in known:
                raise unknown("key of data", str(key), known, "python -m suite.data --help")
        return cls(**mapping)

    def as_mapping(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


SETTABLE = tuple(field.name for field in fields(DataSpec) if field.name not in ("name", "target"))
"""What a study's `data` section may say: the name of the set is its `dataset`, and the target follows from its task."""


def _class_choice(value: object) -> tuple[str, ...] | int | None:
    """`data.classes` as it is kept; a list of names may hold numbers. Raises Refusal for anything else, and for one."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 1):
        return value
    if isinstance(value, list | tuple) and all(isinstance(name, str | int) for name in value):
        names = tuple(str(name) for name in value)
        if len(set(names)) > 1:
            return names
    raise Refusal(f"data.classes={value!r}: expected the names of two classes or more, as in [cat,dog], or how many")


def _size(value: object) -> Size | None:
    """`data.image_size` as it is kept. Raises Refusal for what is no size."""
    if isinstance(value, list | tuple) and len(value) == 2:
        for side in value:
            _whole("image_size", side, 8, LARGEST_SIZE)
        height, width = value
        return height if height == width else (height, width)
    if isinstance(value, list | tuple):
        raise Refusal(f"data.image_size={list(value)}: expected a side in pixels, or [height, width]")
    _whole("image_size", value, 8, LARGEST_SIZE, optional=True)
    assert value is None or isinstance(value, int)
    return value


def _check_group(rule: object) -> None:
    """Raises Refusal for what is neither a word for folders nor a pattern with one group."""
    if rule is None or rule == PARENT:
        return
    expected = "expected parent, or a regular expression with one group in brackets, as in '(patient[0-9]+)_'"
    if not isinstance(rule, str):
        raise Refusal(f"data.group={rule!r}: {expected}")
    try:
        count = re.compile(rule).groups
    except re.error as error:
        raise Refusal(f"data.group={rule}: {error}; {expected}") from None
    if count != 1:
        raise Refusal(f"data.group={rule} has {count} groups in brackets: {expected}")


def _whole(key: str, value: object, least: int, most: int, *, optional: bool = False) -> None:
    if optional and value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        limit = f"of at least {least}" if most > LARGEST_SIZE else f"from {least} to {most}"
        raise Refusal(f"data.{key}={value!r}: expected a whole number {limit}")


def _share(key: str, value: object, expected: str, holds: Callable[[float], bool]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not holds(value):
        raise Refusal(f"data.{key}={value!r}: expected a number {expected}")


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, divided and subset.

    images: (N, H, W, C) uint8, C 1 or 3, all images of the set (an array, or a read-only memory map), as a network gets
        them where nothing is random.
    larger: (N, S, S, C) uint8, the same as random crops are taken from them; None where `images` is all there is.
    targets: what is to be found in each image; labels: (N,) int32 of them, indices into class_names.
    train, validation, test: int64 indices into images; disjoint; a smaller subset is always the beginning of a larger.
    hash: hexadecimal, over the decoded pixels, targets, class names and the publisher's division, before subsetting.
    test_hash: hexadecimal, over pixels and targets of the test images, in their order: equal where two rows are tested
        on the same images. A named set's images count as they are before they are brought to another `image_size`.
    fit: how the publisher's pictures came to be these images.
    notes: sentences that a report must repeat.
    location, checksum: where the set was found, and how it compares with what the publisher published.
    files: the file of each of `images`, below location; nothing where a set has no file for each.
    """

    name: str
    images: Images
    targets: Targets
    class_names: tuple[str, ...]
    train: Indices
    validation: Indices
    test: Indices
    hash: str
    notes: tuple[str, ...]
    location: str
    checksum: str
    test_hash: str
    fit: Fit
    files: Callable[[], list[str]] = list
    larger: Images | None = None

    @property
    def pictures(self) -> Images:
        """All that is there of each picture: what tells one from another."""
        return self.images if self.larger is None else self.larger

    @property
    def labels(self) -> Labels:
        return self.targets.labels

    @property
    def train_counts(self) -> npt.NDArray[np.int64]:
        """How many training images each class has, (classes,)."""
        return np.bincount(self.labels[self.train], minlength=self.num_classes)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        height, width, channels = self.images.shape[1:]
        return height, width, channels

    @property
    def num_classes(self) -> int:
        return len(self.class_names)
