"""The table over cross-validation's folds: a row for each candidate and track, a mean over folds with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from suite.analysis.comparing.folds import Fold
from suite.analysis.statistics.folds import over_folds
from suite.analysis.statistics.multiple import behind
from suite.analysis.table import cells, headings
from suite.analysis.table.columns import table
from suite.analysis.units import MISSING, missing, percent, points, whole

COLUMNS = [
    "study", "dataset", "budget", "track", "rank", "candidate", "architecture", "options", "test_error",
    "test_error_low", "test_error_high",
    "folds", "folds_planned", "seeds", "test_images", "errors", "behind", "behind_low",
    "behind_high", "decided", "lacking",
]  # fmt: skip
COUNT, BY_FOLD = "n (folds × seeds × images)", "Error in each fold"

Row = dict[str, Any]


def pooled(folds: Sequence[Fold]) -> pd.DataFrame:
    """Each candidate's mean test error over the folds and how far it is behind the first, as fractions.

    A candidate is pooled and ranked where each fold has it ranked, with all of its seeds; else `lacking` says which has
    not and why. `errors` are the folds' own, in their order. At most 5% of such tables decide a difference that is
    none, as far as the folds' corrected variance is right (`suite.analysis.statistics.folds`, `multiple`).
    """
    own = [
        {(str(row["track"]), str(row["candidate"])): row for row in table(fold.records).to_dict("records")}
        for fold in folds
    ]
    rows = list[Row]()
    for track in folds[0].records.study["tracks"]:
        names = dict.fromkeys(name for fold in folds for name in fold.records.study["candidates"])
        rows += _track([_row(folds, [of.get((track, name)) for of in own], name, track) for name in names], folds[0].of)
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(folds: Sequence[Fold], found: Sequence[Mapping[Any, Any] | None], name: str, track: str) -> Row:
    known = [row for row in found if row is not None]
    study = folds[0].records.study
    row: Row = {key: study.get(key) for key in ("study", "dataset", "budget")}
    row |= {"track": track, "candidate": name, "folds": len(folds), "folds_planned": folds[0].of}
    row |= {key: known[0][key] for key in ("architecture", "options")}
    reasons = [(fold.number, _lacking(own)) for fold, own in zip(folds, found, strict=True)]
    row["lacking"] = "; ".join(f"fold {number}: {reason}" for number, reason in reasons if reason)
    if not row["lacking"]:
        row["errors"] = [float(own["test_error"]) for own in known]
        row["seeds"] = min(int(own["seeds"]) for own in known)
        row["test_images"] = sum(int(own["test_images"]) for own in known)
    return row


def _lacking(row: Mapping[Any, Any] | None) -> str:
    if row is None:
        return "not a candidate"
    if row["lacking"]:
        return str(row["lacking"])
    if row["seeds"] < row["seeds_planned"]:  # its own report may rank it by the seeds so far; folds wait for all
        return f"{row['seeds']} of {row['seeds_planned']} seeds so far"
    return f"differs in {row['apart']}" if missing(row["rank"]) else ""


def _track(rows: list[Row], planned: int) -> list[Row]:
    """The rows of one track in the table's order, with their figures over folds."""
    whole_rows = [row for row in rows if not row["lacking"]]
    whole_rows.sort(key=lambda row: float(np.mean(row["errors"])))
    for row in whole_rows:
        found = over_folds(np.array(row["errors"]), planned)
        low, high = found.interval() or (math.nan, math.nan)
        row |= {"test_error": found.mean, "test_error_low": max(0.0, low), "test_error_high": min(1.0, high)}
        row["rank"] = 1 + sum(np.mean(other["errors"]) < found.mean - 1e-12 for other in whole_rows)
    if len(whole_rows) > 1:
        _behind(whole_rows, planned)
    return whole_rows + [row for row in rows if row["lacking"]]


def _behind(rows: Sequence[Row], planned: int) -> None:
    """Write how far each row is behind the first, held against the range of all that are open (`multiple`)."""
    first = np.array(rows[0]["errors"])
    found = [over_folds(np.array(row["errors"]) - first, planned) for row in rows[1:]]
    known = [of for of in found if of.error > 0]
    decided, asked = behind([of.mean / of.error for of in known], [of.degrees for of in known])
    judged: dict[int, tuple[bool, tuple[float, float] | None]] = {
        id(of): (sure, of.interval(wanted)) for of, sure, wanted in zip(known, decided, asked, strict=True)
    }
    for row, of in zip(rows[1:], found, strict=True):
        sure, bounds = judged.get(id(of), (False, None))
        low, high = bounds or (math.nan, math.nan)
        row |= {"behind": of.mean, "behind_low": low, "behind_high": high, "decided": sure}


def present(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one track as people read them."""
    return pd.DataFrame([_present(row) for row in rows.to_dict("records")])


def _present(row: Mapping[Any, Any]) -> dict[str, str]:
    errors = row["errors"] if isinstance(row["errors"], list) else []
    return {
        headings.RANK: whole(row["rank"]),
        headings.ARCHITECTURE: cells.candidate(dict(row)),
        headings.ERROR: MISSING if not errors else _between(percent(row["test_error"]) + "%", row, "test_error"),
        headings.BEHIND: MISSING if missing(row["behind"]) else _between(points(row["behind"]), row, "behind"),
        COUNT: f"{row['folds']} × {int(row['seeds'])} × {int(row['test_images']):,}" if errors else MISSING,
        BY_FOLD: ", ".join(percent(error) for error in errors) or MISSING,
        headings.NOTE: f"not ranked: {row['lacking']}" if row["lacking"] else "",
    }


def _between(text: str, row: Mapping[Any, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if missing(low):
        return f"{text} (the folds agree)"
    shown = (points(low), points(high)) if name == "behind" else (percent(low), percent(high))
    return f"{text} ({shown[0]} to {shown[1]})"


def headline(rows: pd.DataFrame) -> str:
    """The answer of one track over all folds in a sentence."""
    ranked = [row for row in rows.to_dict("records") if not missing(row["rank"])]
    if not ranked:
        return "No candidate has all of its seeds in every fold."
    first = ranked[0]
    text = f"{first['candidate']} has the lowest mean test error over the folds: {percent(first['test_error'])}%."
    sure = [str(row["candidate"]) for row in ranked[1:] if row["decided"]]
    open_ones = [str(row["candidate"]) for row in ranked[1:] if not row["decided"]]
    if sure:
        text += f" Behind it for sure: {', '.join(sure)}."
    return text + (f" Not decided: {', '.join(open_ones)}." if open_ones else "")
