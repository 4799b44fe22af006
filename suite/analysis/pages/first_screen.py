"""What stands first on a page, before any table (data and budget, each claim's verdict, a picture), and what each row
of the table unfolds to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from suite.analysis.comparing.claims import Judgement
from suite.analysis.figures.picture import Picture
from suite.analysis.statistics.verdicts import CONTRADICTED, SUPPORTED
from suite.analysis.table.presentation import advantage
from suite.core.planning import finals_planned

BUDGETS = {"smoke": "smoke budget: numbers mean nothing", "laptop": "laptop budget", "full": "full budget"}


@dataclass(frozen=True)
class Line:
    """A claim's verdict in one line. kind: supported, contradicted or open."""

    kind: str
    verdict: str
    text: str
    numbers: str


@dataclass(frozen=True)
class Fold:
    """What a row of an answer's table unfolds to: its facts and its pictures. id: of the element on the page."""

    id: str
    title: str
    facts: list[tuple[str, str]]
    pictures: list[Picture]


def kicker(study: Mapping[str, Any]) -> str:
    """Data, budget and size of a study in a few words."""
    budget = str(study.get("budget") or "")
    numbers = [finals_planned(study, name, track) for name in study["candidates"] for track in study["tracks"]]
    seeds, most = min(numbers), max(numbers)
    parts = [
        str(study["dataset"]),
        BUDGETS.get(budget, budget),
        f"{len(study['candidates'])} candidates",
        f"{seeds} to {most} seeds" if most > seeds else f"{seeds} seed{'' if seeds == 1 else 's'}",
    ]
    return " · ".join(part for part in parts if part)


def verdict_lines(judged: Sequence[Judgement], meaningless: bool = False) -> list[Line]:
    """Each claim as a line, in the study's order; of numbers that are `meaningless` none looks decided."""
    kinds = {} if meaningless else {SUPPORTED: "supported", CONTRADICTED: "contradicted"}
    several = len({claim.track for claim in judged}) > 1
    return [
        Line(
            kinds.get(claim.verdict, "open"),
            f"smoke: {claim.verdict}" if meaningless else claim.verdict,
            claim.text + (f" ({claim.track} track)" if several else ""),
            advantage(claim),
        )
        for claim in judged
    ]


def leading(pictures: Sequence[Picture]) -> Picture | None:
    """The picture of the first screen: the errors; of studies without them the first that is of no candidate alone."""
    general = [picture for picture in pictures if not picture.candidate]
    errors = (picture for picture in general if picture.name.startswith("errors-"))
    return next(errors, general[0] if general else None)


def fold_id(candidate: str, track: str) -> str:
    """The id of a row's fold: letters, digits and dashes, and another for each row: `a.b` is not `a_b`."""
    name = re.sub(r"[^A-Za-z0-9_]", lambda other: f"-{ord(other[0]):x}-", candidate)
    return f"row-{name.replace('_', '-')}-{track}"


def folds(rows: pd.DataFrame, settings: pd.DataFrame, pictures: Sequence[Picture]) -> list[Fold]:
    """One fold for each row, in the table's order; `settings` as the page has them."""
    own = {str(row["Candidate"]): row for row in settings.to_dict("records")}
    found = []
    for candidate, track in rows[["candidate", "track"]].itertuples(index=False):
        facts = [(str(name), str(value)) for name, value in own.get(candidate, {}).items() if str(value)]
        mine = [picture for picture in pictures if (picture.candidate, picture.track) == (candidate, track)]
        found.append(Fold(fold_id(candidate, track), f"{candidate}, {track} track", facts[1:], mine))
    return found
