"""What each candidate is, is trained with and may be tuned to, as a report shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from suite.analysis.folder.reading import Records


def settings(records: Records) -> pd.DataFrame:
    """What each candidate is and trained with, as strings; values that all share stand in `method.measured`."""
    study = records.study
    recipes = {name: candidate.get("recipe") or {} for name, candidate in study["candidates"].items()}
    same = shared(list(recipes.values()))
    data = {name: candidate.get("data") or {} for name, candidate in study["candidates"].items()}
    same_data = shared(list(data.values())) | {"hash", "test_hash"}
    spaces = {space(study, candidate) for candidate in study["candidates"].values()}
    rows = []
    for name, candidate in study["candidates"].items():
        own = {key: value for key, value in recipes[name].items() if key not in same and key != "name"}
        rows.append(
            {
                "Candidate": name,
                "Architecture": candidate["architecture"],
                "Options": pairs(candidate.get("options") or {}),
                "Data": pairs({key: value for key, value in data[name].items() if key not in same_data}),
                "Precision": candidate.get("precision") or "",
                "Recipe": recipes[name].get("name") or "",
                "Recipe's own values": pairs(own),
                "Search space": space(study, candidate) if len(spaces) > 1 else "",
                "Selected parameters": pairs(_selected(records, name)),
            }
        )
    frame = pd.DataFrame(rows)
    return frame.loc[:, [name for name in frame if name in ("Candidate", "Architecture") or (frame[name] != "").any()]]


def shared(recipes: list[Mapping[str, Any]]) -> set[str]:
    return {key for key in recipes[0] if all(recipe.get(key) == recipes[0][key] for recipe in recipes[1:])}


def space(study: Mapping[str, Any], candidate: Mapping[str, Any]) -> str:
    """What the search of a candidate may choose: `sgd: learning_rate 0.01 to 0.5 (log), weight_decay …`.

    Each candidate has its own space; studies of old have one for all.
    """
    own = candidate.get("search") or study.get("search_space") or {}
    name = own.get("space") or own.get("name")
    dimensions = own.get("dimensions") or {}
    texts = [f"{name} {_dimension(values)}" for name, values in dimensions.items()]
    return f"{name}: {', '.join(texts)}" if texts else str(name or "")


def _dimension(values: Mapping[str, Any]) -> str:
    if "low" in values:
        return f"{values['low']:g} to {values['high']:g}{' (log)' if values.get('log') else ''}"
    return " or ".join(map(str, values.get("choices") or values.values()))


def _selected(records: Records, candidate: str) -> dict[str, Any]:
    texts = [text for text in records.of(candidate, "tuned", "final").parameters if text]
    return dict(json.loads(texts[0])) if texts else {}


def pairs(values: Mapping[str, Any]) -> str:
    """`learning_rate 0.1, momentum 0.9`."""
    return ", ".join(f"{key} {f'{value:.3g}' if isinstance(value, float) else value}" for key, value in values.items())
