"""Which rows may be ranked together: those that differ on the study's axes and nowhere else.

Rows are comparable when test set and budget agree and everything off the axes agrees. An axis is `architecture` (with
its options), `recipe`, `data`, or one of their values such as `recipe.optimizer` or `data.train_examples`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from suite.analysis.collect import trials_counted
from suite.analysis.reading import Records

Conditions = Mapping[str, str]
"""Everything that a row was measured under, flattened: `recipe.epochs` -> `30`; values as JSON."""


def conditions(records: Records, candidate: str, track: str) -> dict[str, str]:
    """What a candidate's numbers depend on, its architecture included."""
    study, described = records.study, records.study["candidates"][candidate]
    labels = records.labels(candidate, track)
    test_set = hashlib.sha256(labels.tobytes()).hexdigest()[:12] if labels is not None else None
    flat = {name: study.get(name) for name in ("dataset", "budget", "backend", "precision", "train_on_validation")}
    if track == "tuned":
        flat |= {"search trials": trials_counted(study), "search space": study.get("search_space")}
    flat |= {"test images": test_set, "track": track, "architecture": described["architecture"]}
    for part in ("options", "recipe", "data"):
        flat |= {f"{part}.{name}": value for name, value in (described.get(part) or {}).items()}
    return {name: json.dumps(value, sort_keys=True) for name, value in flat.items() if value is not None}


def off_axes(measured: Conditions, axes: Iterable[str]) -> dict[str, str]:
    """The conditions that the axes do not name, and that therefore must agree."""
    named = {"recipe.name", *axes}  # a recipe's name says nothing that its values do not
    if "architecture" in named:
        named.add("options")
    if named & {"data", "data.train_examples"}:
        named.add("recipe.epochs")  # the budget counts images: a smaller training set is seen more often
    return {name: value for name, value in measured.items() if not _on_axis(name, named)}


def comparable(rows: Sequence[Conditions]) -> list[list[str]]:
    """For each row what sets it apart from the largest group of equal rows; an empty list for the rows of that group.

    The rows' conditions are those off the axes. A condition that one row lacks does not set it apart from a row that
    has it only if it is the test set of a candidate without a finished run: that is not known yet.
    """
    if not rows:
        return []
    keys = [frozenset((name, value) for name, value in row.items() if name != "test images") for row in rows]
    known = Counter((key, row["test images"]) for key, row in zip(keys, rows, strict=True) if "test images" in row)
    counts: Counter[frozenset[tuple[str, str]]] = Counter(keys)
    reference_key = max(counts, key=lambda key: (counts[key], -keys.index(key)))
    tests = {test: count for (key, test), count in known.items() if key == reference_key}
    reference = dict(rows[keys.index(reference_key)])
    reference.pop("test images", None)
    if tests:
        reference["test images"] = max(tests, key=lambda test: tests[test])
    return [_differences(row, reference) for row in rows]


def _differences(row: Conditions, reference: Conditions) -> list[str]:
    names = sorted(set(row) | set(reference))
    return [name for name in names if row.get(name) != reference.get(name) and not _unknown(name, row, reference)]


def _unknown(name: str, row: Conditions, reference: Conditions) -> bool:
    return name == "test images" and (name not in row or name not in reference)


def _on_axis(name: str, axes: set[str]) -> bool:
    part, _, value = name.partition(".")
    return name in axes or part in axes or (bool(value) and value in axes)


def shared_axes(studies: Iterable[Mapping[str, Any]]) -> list[str]:
    """The axes that all studies name: across studies, only what each varies on purpose may differ."""
    axes = [list(study["axes"]) for study in studies]
    return [axis for axis in axes[0] if all(axis in other for other in axes[1:])]
