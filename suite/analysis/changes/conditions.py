"""Under what the two were made: what differs in their descriptions and in the circumstances of their runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import pandas as pd

from suite.analysis.folder.reading import Records
from suite.core.metrics import CLOCKS, COSTS

TIMES = frozenset(
    {metric.name for metric in (*COSTS, *CLOCKS)} | {"started_at", "ended_at", "attempts", "search_seconds"}
)
"""What no run has twice: what it took, and when it was."""

TYPED = frozenset({"command", "claims", "candidates", "commit", "versions", "threads", "table"})
"""What is compared elsewhere (claims by their verdicts, the rest by what the runs themselves say), or changes nothing:
what was typed has other paths on another machine, and a table is arranged as one likes."""

OF_RUNS = ("commit", "device", "threads", "deterministic", "backend", "precision", "data_hash")
LONGEST = 48
BEFORE = 12
"""Characters of what two long texts share that stand before their first difference."""


@dataclass(frozen=True)
class Change:
    """One thing that differs. who: the candidates that it concerns; empty where it is the study's. None: not there."""

    what: str
    who: tuple[str, ...]
    before: str | None
    after: str | None


def changes(old: Records, new: Records) -> list[Change]:
    """The study's, then the candidates', the same change of several candidates as one."""
    found = [*_different((), _study(old), _study(new))]
    known = [records.study["candidates"] for records in (old, new)]
    found += [Change("candidate", (name,), "there", None) for name in known[0] if name not in known[1]]
    found += [Change("candidate", (name,), None, "there") for name in known[1] if name not in known[0]]
    own = [
        change
        for name in known[1]
        if name in known[0]
        for change in _different((name,), _candidate(old, name), _candidate(new, name))
    ]
    return [*found, *_together(own, len(set(known[0]) & set(known[1])))]


def _together(own: list[Change], common: int) -> Iterator[Change]:
    """The same change of several candidates once; `common`: how many both have."""
    grouped: dict[tuple[str, str | None, str | None], list[str]] = {}
    for change in own:
        grouped.setdefault((change.what, change.before, change.after), []).extend(change.who)
    for (what, before, after), names in grouped.items():
        yield Change(what, ("all candidates",) if len(names) == common > 1 else tuple(names), before, after)


def _different(who: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield Change(name, who, *_shown(before, after))


def _study(records: Records) -> dict[str, Any]:
    """A study's description without its candidates, and what its runs say of themselves."""
    described = {name: value for name, value in records.study.items() if name not in TYPED}
    runs = {name: _all(records.runs[name]) for name in OF_RUNS}
    texts = [json.loads(text) for text in dict.fromkeys(records.runs.versions) if text]
    libraries = dict.fromkeys(name for versions in texts for name in versions)
    versions = {f"versions.{name}": _all(pd.Series([own.get(name, "") for own in texts])) for name in libraries}
    return flat({**described, **runs}) | versions


def _candidate(records: Records, name: str) -> dict[str, Any]:
    """What a candidate is, and what its final runs were given by the search."""
    found = flat(records.study["candidates"][name])
    for track in records.study["tracks"]:
        texts = dict.fromkeys(records.of(name, track, "final").parameters)
        for text in (text for text in texts if text):
            found |= {f"selected.{key} ({track})": value for key, value in json.loads(text).items()}
    return found


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one, `recipe.epochs`; what is None is not there, nor are times."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        elif value is not None and name not in TIMES:
            found[f"{prefix}{name}"] = value
    return found


def _all(column: pd.Series) -> str | None:
    """All values of a column, those that are not known aside."""
    known = column.dropna()
    return ", ".join(sorted({f"{v:g}" if isinstance(v, float) else str(v) for v in known if v != ""})) or None


def _shown(*values: Any) -> tuple[str | None, ...]:
    """Values as a table has room for them: long ones that begin alike from shortly before their first difference."""
    texts = [None if value is None else _text(value) for value in values]
    pairs = zip(*(text or "" for text in texts), strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: len(set(pair)) == 1, pairs))
    long = any(text and len(text) > LONGEST for text in texts)
    start = max(0, alike - BEFORE) if long and alike >= LONGEST - BEFORE else 0
    return tuple(None if text is None else _part(text, start) for text in texts)


def _part(text: str, start: int) -> str:
    """At most `LONGEST` characters of a text from `start` on, with a sign where something is left out."""
    shown = text if not start else f"…{text[start:]}"
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
