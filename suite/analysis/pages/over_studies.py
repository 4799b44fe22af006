"""What several studies say together of the candidates that all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suite.analysis.comparing.across import Across, across
from suite.analysis.folder.reading import Records
from suite.analysis.statistics.aggregate import (
    Estimate,
    bootstrap,
    interquartile_mean,
    probability_of_improvement,
    win_rates,
)
from suite.analysis.statistics.elo import elo
from suite.analysis.table import headings
from suite.analysis.units import MISSING, percent

NOTE = (
    "Each study is a task; accuracies as they are, not scaled to one another. Interquartile mean: of the middle half "
    "of all runs of all studies, as an error. Wins: the share of studies and opponents on which the mean over the "
    "seeds is better. Beaten by the first: how probably a run of the candidate with the lowest error scores higher "
    "than one of this, the mean over the studies. Intervals are percentiles of 2,000 draws of the runs within each "
    "study (rliable; Agarwal et al. 2021): they speak of these studies and of other seeds, and with few of these they "
    "are too narrow. Elo, where no group of candidates wins everywhere: 400 points are odds of ten to one (TabArena), "
    "intervals over draws of the studies."
)


@dataclass(frozen=True)
class Together:
    """One track over all studies; a table without rows where fewer than two candidates are in all of them."""

    title: str
    sentence: str
    table: pd.DataFrame
    note: str


def over_studies(studies: Sequence[Records]) -> list[Together]:
    """What there is to aggregate, track by track."""
    return [_together(one) for one in across(studies)]


def _together(found: Across) -> Together:
    title = f"Over all studies, {found.track} track"
    left = "; ".join(f"{name} ({why})" for name, why in found.left_out.items())
    if len(found.tables) < 2:
        return Together(
            title, f"Nothing is aggregated, for that takes two candidates in all studies: {left}.", _EMPTY, ""
        )
    names = ", ".join(found.studies)
    text = f"{len(found.tables)} candidates in {len(found.studies)} studies ({names}), {found.runs} seeds each."
    return Together(title, text + (f" Left out: {left}." if left else ""), table(found.tables), NOTE)


_EMPTY = pd.DataFrame()


def table(tables: Mapping[str, NDArray[np.float64]]) -> pd.DataFrame:
    """The candidates by their interquartile mean, as strings."""
    order = sorted(tables, key=lambda name: -interquartile_mean(tables[name]))

    def figures(drawn: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
        beaten = {f"p {name}": probability_of_improvement(drawn[order[0]], drawn[name]) for name in order[1:]}
        wins = {f"w {name}": rate for name, rate in win_rates(drawn).items()}
        return {f"e {name}": 1 - interquartile_mean(drawn[name]) for name in order} | wins | beaten

    rated = elo({name: tables[name] for name in order})
    found = bootstrap({name: tables[name] for name in order}, figures)
    return pd.DataFrame(
        [
            {
                "Candidate": name,
                headings.MIDDLE: _cell(found[f"e {name}"]),
                headings.WINS: _cell(found[f"w {name}"]),
                headings.BEATEN: _cell(found[f"p {name}"]) if f"p {name}" in found else MISSING,
            }
            | ({headings.ELO: _rating(rated[name])} if rated else {})
            for name in order
        ]
    )


def _rating(found: Estimate) -> str:
    low, high = (f"{end:.0f}" if np.isfinite(end) else "without end" for end in (found.low, found.high))
    return f"{found.value:.0f} ({low} to {high})"


def _cell(found: Estimate) -> str:
    return f"{percent(found.value)}% ({percent(found.low)} to {percent(found.high)})"
