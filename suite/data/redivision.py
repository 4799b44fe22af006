"""Another division of a set that is cached whole: by groups (`data.group`), or into folds (`data.folds`, `data.fold`).

The pixels are decoded once; which of them are the test set is decided here, where a folder brings none of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal
from suite.data.cache import Entry
from suite.data.contents import TEST, TRAIN, duplicates_note
from suite.data.dataset import COLUMN, PARENT, DataSpec, Indices
from suite.data.duplicates import alike_note
from suite.data.groups import dealt, groups_of, numbered
from suite.data.layouts.listing import column_of
from suite.data.layouts.tree import NO_TEST, TEST_FRACTION
from suite.data.splits import TEST_SEED, dealt_alone


def divided_anew(entry: Entry, spec: DataSpec) -> tuple[Entry, Indices | None]:
    """The set with the test images that groups or folds ask for, and the group of each image, None without any.

    A publisher's test set stays. Raises Refusal where a class cannot be divided, or folds are asked of such a set.
    """
    groups, notes = None, []
    if spec.group is not None:
        groups, names = _groups(entry.files(), spec.group, spec)
        sizes = np.bincount(groups)
        notes.append(
            f"{len(names):,} groups by data.group={spec.group}, of {sizes.min():,} to {sizes.max():,} images: each is "
            "on one side of what is divided here"
        )
    if spec.folds is not None and not entry.held_out:
        raise Refusal(f"data.folds={spec.folds} divides folders without a test set of their own; {spec.path} has one")
    if not entry.held_out or (groups is None and spec.folds is None):
        return replace(entry, notes=(*entry.notes, *notes, *_crossing(entry, groups))), groups
    part = np.full_like(entry.part, TRAIN)
    part[_test(entry, groups, spec)] = TEST
    said = _said(part, groups, spec)
    _refuse_untested(entry, part, groups, spec)
    whole = hashlib.blake2b(entry.hash.encode() + part.tobytes(), digest_size=16).hexdigest()
    before = duplicates_note(entry.digests, entry.part)
    kept = [note for note in entry.notes if note not in before and NO_TEST not in note]
    fresh = duplicates_note(entry.digests, part)
    return replace(
        entry, part=part, hash=whole, notes=(*kept, *notes, said, *fresh), alike=_alike(entry, part, groups, whole)
    ), groups


def _groups(files: list[str], rule: str, spec: DataSpec) -> tuple[Indices, tuple[str, ...]]:
    """Of each file, by its path, or by a column of the list of labels."""
    if spec.labels is None or not COLUMN.fullmatch(rule) or rule == PARENT:
        return groups_of(files, rule)
    found = column_of(Path(spec.labels).expanduser(), rule, files)
    missed = [file for file, group in zip(files, found, strict=True) if not group]
    if missed:
        raise Refusal(f"{spec.labels} says no {rule} of {len(missed):,} pictures: {', '.join(missed[:5])}; fill it in")
    return numbered(found, rule)


def _test(entry: Entry, groups: Indices | None, spec: DataSpec) -> npt.NDArray[np.bool_]:
    labels = entry.targets.labels
    if spec.folds is None:
        assert groups is not None
        return dealt(labels, groups, (1 - TEST_FRACTION, TEST_FRACTION), TEST_SEED) == 1
    if groups is None:
        return dealt_alone(labels, spec.folds, TEST_SEED) == spec.fold
    if groups.max() + 1 < spec.folds:
        raise Refusal(f"data.folds={spec.folds} is more than the {groups.max() + 1} groups of data.group={spec.group}")
    return dealt(labels, groups, [1 / spec.folds] * spec.folds, TEST_SEED) == spec.fold


def _said(part: npt.NDArray[np.uint8], groups: Indices | None, spec: DataSpec) -> str:
    count = f"{(part == TEST).sum():,} of {len(part):,} images"
    if groups is not None:
        count += f", {len(np.unique(groups[part == TEST])):,} groups"
    if spec.folds is not None:
        return f"{NO_TEST} fold {spec.fold} of {spec.folds}, counted from 0, is the test set ({count})"
    return f"{NO_TEST} a fixed part of the groups is ours ({count})"


def _refuse_untested(entry: Entry, part: npt.NDArray[np.uint8], groups: Indices | None, spec: DataSpec) -> None:
    """Raises Refusal where nothing is left to test or to train a class on."""
    labels, names = entry.targets.labels, entry.class_names
    trained = np.bincount(labels[part == TRAIN], minlength=len(names))
    rule = f"data.group={spec.group}" if groups is not None else f"data.folds={spec.folds}"
    if not (part == TEST).any() or (groups is not None and not _shared(labels, groups)):
        raise Refusal(
            f"{rule} leaves nothing to test on: all images of each class are in one group; name a pattern that finds "
            "the subject, as in data.group='subject(\\d+)'"
        )
    if (trained == 0).any():
        raise Refusal(f"{rule} leaves no training image of {names[int(np.argmin(trained))]!r}, which has one group")


def _shared(labels: npt.NDArray[np.int32], groups: Indices) -> bool:
    """Whether any class is in two groups or more."""
    pairs = np.unique(np.stack([labels, groups]), axis=1)
    return len(np.unique(pairs[0])) < pairs.shape[1]


def _crossing(entry: Entry, groups: Indices | None) -> tuple[str, ...]:
    """A note about groups that a publisher's division has on both sides."""
    if groups is None:
        return ()
    both = np.intersect1d(groups[entry.part == TEST], groups[entry.part != TEST])
    if not len(both):
        return ()
    tested = int(np.isin(groups[entry.part == TEST], both).sum())
    return (
        f"the set's own division has {len(both):,} groups on both sides: {tested:,} of {(entry.part == TEST).sum():,} "
        "test images are of groups that are trained on",
    )


def _alike(entry: Entry, part: npt.NDArray[np.uint8], groups: Indices | None, name: str) -> tuple[str, ...]:
    """Notes about near duplicates across this division; kept beside the images, for every worker asks again."""
    path = entry.folder.with_name(f"{entry.folder.name}.alike-{name}.json")
    with contextlib.suppress(OSError, json.JSONDecodeError):
        return tuple(read_json(path))
    notes = alike_note(entry.pictures, part, entry.digests, entry.files(), ours=groups is None)
    with contextlib.suppress(OSError):
        write_json(path, list(notes))
    return notes
