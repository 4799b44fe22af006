"""When two runs are the same run: an identity is plain values without those that are neutral.

A value is neutral where it changes nothing: an augmentation that is off, the only precision that there was. Leaving
neutral values out lets a field be added without touching a finished run: runs that were made before it lack it, runs
that do not use it leave it out, and both have the same identity. What goes in: `suite.training.spec.RunSpec.identity`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

Identity = Mapping[str, Any]


def without_neutral(values: Mapping[str, Any], neutral: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without those that equal their neutral one, in nested mappings too; empty mappings go.

    `neutral` is nested as `values` are. What it does not name has no neutral value and stays, None excepted.
    """
    kept: dict[str, Any] = {}
    for name, value in values.items():
        nothing = neutral.get(name)
        if isinstance(value, Mapping):
            inner = without_neutral(value, nothing if isinstance(nothing, Mapping) else {})
            if inner:
                kept[name] = inner
        elif value is not None and not (name in neutral and _equal(value, nothing)):
            kept[name] = value
    return kept


def differences(
    before: Identity, now: Identity, prefix: str = "", neutral: Mapping[str, Any] | None = None
) -> list[str]:
    """What differs between two identities, one phrase each: `recipe.learning_rate: 0.1 became 0.2`.

    `neutral` is nested as they are: what it names and one of them leaves out, stood at that value there.
    """
    found, neutral = [], neutral or {}
    for name in sorted({*before, *now}):
        nothing = neutral.get(name)
        old, new = (values.get(name) for values in (before, now))
        if isinstance(old, Mapping) or isinstance(new, Mapping):
            nested = [value if isinstance(value, Mapping) else {} for value in (old, new)]
            deeper = nothing if isinstance(nothing, Mapping) else {}
            found += differences(nested[0], nested[1], f"{prefix}{name}.", deeper)
        elif not _equal(old, new):
            was, became = (in_words(nothing if value is None else value) for value in (old, new))
            found.append(f"{prefix}{name}: {was} became {became}")
    return found


def in_words(value: Any, nothing: str = "not set") -> str:
    """A value as a user types it; `nothing` for none."""
    if value is None:
        return nothing
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(in_words, value))}]"
    return str(value)


def digest(identity: Identity) -> str:
    """SHA-256 of an identity, hexadecimal: equal for equal identities, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(_typed_alike(identity), sort_keys=True).encode()).hexdigest()


def _typed_alike(value: Any) -> Any:
    """Whole numbers as such, however they were typed: 1 and 1.0 are equal, and must have one text."""
    if isinstance(value, Mapping):
        return {name: _typed_alike(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_typed_alike(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _equal(one: Any, other: Any) -> bool:
    """Equality in which 1 and 1.0 are the same number, and true is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)
