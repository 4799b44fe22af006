"""Which rows may be ranked together: those that differ on the study's axes and nowhere else.

Rows are comparable when test set and budget agree and everything off the axes agrees: `suite.core.axes` says what an
axis covers. A search space is no condition, since each candidate has its own; how many trials it gets is one.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from suite.analysis.folder.reading import Records
from suite.core.axes import on_axes
from suite.core.planning import trials_counted

Conditions = Mapping[str, str]
"""Everything that a row was measured under, flattened: `recipe.epochs` -> `30`; values as JSON."""


TEST_IMAGES, TEST_LABELS = "test images", "test labels"
TEST_SET = (TEST_IMAGES, TEST_LABELS)
"""Conditions that may not be known yet: they set nobody apart before they are."""


def conditions(records: Records, candidate: str, track: str) -> dict[str, str]:
    """What a candidate's numbers depend on, its architecture included."""
    study, described = records.study, records.study["candidates"][candidate]
    flat = {name: study.get(name) for name in ("dataset", "budget", "backend", "precision", "train_on_validation")}
    if study.get("precision") != "auto":  # which is one rule for all, whatever it chose
        flat["precision"] = described.get("precision", study.get("precision"))
    if track == "tuned":
        flat |= {"search.trials": trials_counted(study), "search.length": study.get("search_length")}
        flat["search.prior"] = None if study.get("search_prior") is None else "workspace"
    flat |= {"task": records.task.name, "track": track, "architecture": described["architecture"]}
    flat["weights"] = (described.get("starts_from") or {}).get("source")
    flat["teacher"] = (described.get("learns_from") or {}).get("source")
    for part in ("options", "recipe", "data"):
        flat |= {f"{part}.{name}": value for name, value in (described.get(part) or {}).items()}
    # Folders of old have no hash of the test images: there the hash of the whole set stands for it.
    flat[TEST_IMAGES] = flat.pop("data.test_hash", None) or flat.get("data.hash")
    labels = records.labels(candidate, track)
    flat[TEST_LABELS] = None if labels is None else hashlib.sha256(labels.tobytes()).hexdigest()[:12]
    return {name: json.dumps(value, sort_keys=True) for name, value in flat.items() if value is not None}


def axes_of(study: Mapping[str, Any]) -> list[str]:
    """What a study lets differ on purpose: its axes, and the numbers of the parts that they name."""
    return [*study["axes"], *study.get("axes_numbers", ())]


def off_axes(measured: Conditions, axes: Iterable[str]) -> dict[str, str]:
    """The conditions that the axes do not name, and that therefore must agree.

    A recipe's name is none: it says nothing that its values do not.
    """
    axes = list(axes)
    return {name: value for name, value in measured.items() if name != "recipe.name" and not on_axes(axes, name)}


def comparable(rows: Sequence[Conditions]) -> list[list[str]]:
    """For each row what sets it apart from the largest group of equal rows; an empty list for the rows of that group.

    The rows' conditions are those off the axes. A condition that one row lacks does not set it apart from a row that
    has it only if it is of the test set: a candidate without a finished run has not shown its labels yet.
    """
    if not rows:
        return []
    keys = [frozenset((name, value) for name, value in row.items() if name not in TEST_SET) for row in rows]
    counts = Counter(keys)
    largest = max(counts, key=lambda key: (counts[key], -keys.index(key)))
    reference = dict(largest)
    for name in TEST_SET:
        known = Counter(row[name] for key, row in zip(keys, rows, strict=True) if key == largest and name in row)
        if known:
            reference[name] = known.most_common(1)[0][0]
    return [_differences(row, reference) for row in rows]


def _differences(row: Conditions, reference: Conditions) -> list[str]:
    names = sorted(set(row) | set(reference))
    return [name for name in names if row.get(name) != reference.get(name) and not _unknown(name, row, reference)]


def _unknown(name: str, row: Conditions, reference: Conditions) -> bool:
    return name in TEST_SET and (name not in row or name not in reference)


def shared_axes(studies: Iterable[Mapping[str, Any]]) -> list[str]:
    """The axes that all studies name: across studies, only what each varies on purpose may differ."""
    axes = [axes_of(study) for study in studies]
    return [axis for axis in axes[0] if all(axis in other for other in axes[1:])]
