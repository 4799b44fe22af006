"""The table as people read it: the same frame with headings, units, and no bare number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from suite.analysis.comparing.claims import Judgement
from suite.analysis.table import headings, latency, reference
from suite.analysis.table.cells import (
    candidate,
    clock_note,
    complement,
    count,
    innovation,
    interval,
    measure,
    note,
    quoted,
)
from suite.analysis.table.headings import KNOWN, MEASURED_TOO
from suite.analysis.table.literature import Erratum
from suite.analysis.units import MISSING, chance, duration, lead, missing, percent, plain, points, scaled, signed, whole
from suite.core.metrics import Metric


def present(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one track as strings, in the order and with the headings of the report.

    Where classes are unbalanced, guessing has a row at the end, with the index `reference.INDEX`.
    """
    kinds = sorted(set(rows.device)) or ["CPU"]
    clock = headings.clock(kinds[0]) if len(kinds) == 1 else headings.DEVICE_TIME
    here = rows.published_error.notna().any()
    known = as_rows(rows)
    told = [(note(row), clock_note(row, known), latency.note(row, known)) for row in known]
    notes = ["; ".join(filter(None, texts)) for texts in told]
    shown = [
        _present(row, clock, bool(here)) | timed | {headings.NOTE: text}
        for row, timed, text in zip(known, latency.cells(known), notes, strict=True)
    ]
    guessed = [dict.fromkeys(shown[0], MISSING) | _guessed(row) for row in reference.guesses(known)]
    frame = pd.DataFrame([*shown, *guessed], index=[*range(len(shown)), *[reference.INDEX] * len(guessed)])
    if not guessed:
        frame = frame.drop(columns=headings.BALANCED_ERROR)
    if rows.study.nunique() == 1:
        frame = frame.drop(columns=headings.STUDY)
    optional = [headings.TOP5_ERROR, headings.TUNING, headings.PUBLISHED_PARAMETERS, headings.NOTE]
    return frame.drop(columns=[name for name in optional if name in frame and (frame[name].isin([MISSING, ""])).all()])


def as_rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows as dictionaries, missing whole numbers as `pd.NA`."""
    return [dict(zip(map(str, rows.columns), row, strict=True)) for row in rows.itertuples(index=False)]


def measured(shown: pd.DataFrame) -> pd.DataFrame:
    """The columns of a presented frame that answer the question: what was measured here."""
    return shown[[name for name in shown if name not in KNOWN or name in MEASURED_TOO]]


def known(shown: pd.DataFrame) -> pd.DataFrame:
    """The columns that put an answer beside what was published."""
    return shown.loc[shown.index != reference.INDEX, [name for name in KNOWN if name in shown]]


def _guessed(row: Mapping[str, Any]) -> dict[str, str]:
    """The row of always naming the largest class of a row's test images, which has no seeds."""
    return {
        headings.STUDY: row["study"],
        headings.ARCHITECTURE: f"always {row[reference.CLASS]!r}, the largest class",
        headings.ERROR: f"{percent(row[reference.ERROR])}%",
        headings.BALANCED_ERROR: f"{percent(row[reference.BALANCED_ERROR])}%",
        headings.COUNT: f"{row['test_images']:,}",
        headings.NOTE: "a guess, for reference",
    }


def _present(row: dict[str, Any], clock: str, here: bool) -> dict[str, str]:
    cells = {
        headings.STUDY: row["study"],
        headings.RANK: whole(row["rank"]),
        headings.ARCHITECTURE: candidate(row),
        headings.ERROR: interval(row, "test_error"),
        headings.BALANCED_ERROR: complement(row, reference.BALANCED),
        headings.COUNT: count(row),
        headings.TOP5_ERROR: interval(row, "top5_error"),
        headings.YEAR: plain(row["year"]),
        headings.DEPTH: plain(row["depth"]),
        headings.PARAMETERS: whole(row["trainable_params"]),
        headings.PUBLISHED_PARAMETERS: plain(row["params_published"]),
        headings.MACS: scaled(row["macs"]),
        clock: duration(row["device_seconds"]),
        headings.TUNING: duration(row["tuning_seconds"]),
    }
    if here:
        others = f"; also {row['published_others']}" if row["published_others"] else ""
        cells[headings.PUBLISHED] = quoted(row, "published") + others
    cells[headings.PUBLISHED_TOP5] = quoted(row, "published_top5")
    cells[headings.INNOVATION] = innovation(row)
    return cells


def further(rows: pd.DataFrame, metrics: Sequence[Metric]) -> pd.DataFrame:
    """Of the rows of one track what else was measured of the test images, as strings; empty without any."""
    known = [metric for metric in metrics if metric.name in rows and rows[metric.name].notna().any()]
    if not known:
        return pd.DataFrame()
    return pd.DataFrame(
        [
            {headings.ARCHITECTURE: candidate(row)}
            | {f"{metric.heading} (95%)": measure(row, metric) for metric in known}
            | {headings.SEEDS: whole(row["seeds"])}
            for row in as_rows(rows)
        ]
    )


def headline(rows: pd.DataFrame, differences: pd.DataFrame) -> str:
    """The answer of one track in a sentence or two, with what the intervals do not decide."""
    ranked = rows[rows["rank"].notna()]
    if ranked.empty:
        if not rows.seeds.any() and not (rows.state == "finished").all():
            return "No final run has finished yet."
        so_far = "" if (rows.state == "finished").all() else ", or as many of every candidate so far"
        return f"No candidate is ranked: that needs all planned seeds, completed{so_far}."
    first = {str(name): value for name, value in ranked.iloc[0].items()}
    among = "" if len(ranked) == len(rows) else " of the ranked candidates"
    text = f"{first['candidate']} has the lowest test error{among}, {interval(first, 'test_error')}{_cost(first)}."
    if differences.empty:
        return text
    text = f"{text} {_lead(differences)}"
    open_ones = list(differences.candidate[~differences.decided])
    if open_ones:
        return (
            f"{text} Corrected for its having been chosen as first, the results do not decide between it and "
            f"{', '.join(open_ones)}."
        )
    if differences.images_only.any():
        return f"{text} It is ahead of every other ranked candidate on these test images; one seed says no more."
    if (ranked.seeds < ranked.seeds_planned).any():
        return (
            f"{text} So far it is ahead of every other ranked candidate: of studies that are looked at again and again "
            "until it says so, more than 5% say so falsely."
        )
    return f"{text} It is ahead of every other ranked candidate; at most 5% of such tables say so falsely."


def _lead(differences: pd.DataFrame) -> str:
    """By how much the first leads the next."""
    candidate, behind, low, high = differences.iloc[0][["candidate", "behind", "low", "high"]]
    return f"It leads {candidate}, the next, by {lead(behind, low, high)}."


def _cost(row: dict[str, Any]) -> str:
    """What the first costs: its parameters, and what one training takes."""
    parts = [] if missing(row["trainable_params"]) else [f"with {whole(row['trainable_params'])} parameters"]
    if not missing(row["device_seconds"]):
        parts.append(f"{duration(row['device_seconds'])} of {headings.clock(str(row['device']))} a training")
    return "".join(f", {part}" if number == 0 else f" and {part}" for number, part in enumerate(parts))


def differences(frame: pd.DataFrame) -> pd.DataFrame:
    """Differences to the first, in percentage points, as strings; McNemar's test where there are single runs."""
    single = frame.mid_p.notna().any()
    return pd.DataFrame(
        [
            {
                "Candidate": candidate,
                headings.BEHIND: f"{points(behind)} ({points(low)} to {points(high)})",
                "Decided": ("on these images" if images_only else "yes") if decided else "no",
            }
            | ({headings.MID_P: chance(mid_p)} if single else {})
            for candidate, behind, low, high, decided, images_only, mid_p in frame.itertuples(index=False)
        ]
    )


def claims(judged: list[Judgement]) -> pd.DataFrame:
    """Claims with their verdicts and numbers, as strings."""
    return pd.DataFrame([_claim(judgement) for judgement in judged])


def advantage(claim: Judgement) -> str:
    """The measured advantage of a claim with its interval, in the metric's unit."""
    if claim.advantage is None:
        return MISSING
    show, unit = _unit(claim)
    seeds_only = "" if claim.advantage.images else ", seeds only"
    low, high = show(claim.advantage.low), show(claim.advantage.high)
    return f"{show(claim.advantage.mean)}{unit} ({low} to {high}{seeds_only})"


def _unit(claim: Judgement) -> tuple[Callable[[float], str], str]:
    """How a claim's numbers are shown, and what stands behind them."""
    return (points, " points") if claim.metric.in_percent else (signed, "")


def _claim(claim: Judgement) -> dict[str, str]:
    show, unit = _unit(claim)
    return {
        "Claim": claim.text,
        "Source": claim.source or MISSING,
        "Tested as": _tested(claim, show(claim.margin).lstrip("+") + unit),
        "Track": claim.track,
        "Verdict": claim.verdict + (f" ({claim.reason})" if claim.reason else ""),
        headings.ADVANTAGE: advantage(claim),
        headings.SEEN: MISSING if claim.visible is None else f"{show(claim.visible).lstrip('+')}{unit}",
        headings.DECIDING: _needed(claim),
    }


def _tested(claim: Judgement, margin: str) -> str:
    """The claim as the comparison that was made, `margin` with its unit."""
    first, last, name = claim.candidates[0], claim.candidates[-1], claim.metric.name
    if claim.form == "at_least":
        within = f" within {margin}" if claim.margin else ""
        return f"{first} at least as good as {last} in {name}{within}" + (
            f", with less {claim.with_less}" if claim.with_less else ""
        )
    if claim.form == "equal":
        return f"{first} and {last} equal in {name} within {margin}"
    beyond = f" by more than {margin}" if claim.margin else ""
    if claim.form == "rising":
        return f"{', '.join(claim.candidates)}: each better than the one before in {name}{beyond}"
    if claim.form == "gap_grows":
        leads = [
            f"{ahead} over {base}" for base, ahead in zip(claim.candidates[::2], claim.candidates[1::2], strict=True)
        ]
        return f"the lead of {', '.join(leads)}: each larger than the one before in {name}{beyond}"
    return f"{first} better than {last} in {name}{beyond}"


def _needed(claim: Judgement) -> str:
    """What would decide an open claim: seeds of each candidate, else images, else neither alone."""
    if claim.needed is None:
        return MISSING
    if claim.needed.seeds is not None:
        return f"{claim.needed.seeds:,} seeds each"
    return "more seeds and images" if claim.needed.images is None else f"{claim.needed.images:,} test images"


def misquoted(errata: list[Erratum]) -> pd.DataFrame:
    """What is commonly quoted beside what it really is, as strings; empty where there is nothing to correct."""
    return pd.DataFrame(
        [
            {
                "Architecture": ", ".join(erratum.architectures),
                "Commonly quoted": erratum.quoted,
                "What it really is": erratum.really,
                "Source": erratum.source,
            }
            for erratum in errata
        ]
    )


def costs(frame: pd.DataFrame) -> pd.DataFrame:
    """The cost table as strings."""
    return pd.DataFrame(
        {
            "Part": frame["item"],
            headings.TIME: [("−" if value < 0 else "") + duration(abs(value)) for value in frame.seconds],
            headings.SHARE: [MISSING if missing(value) else f"{100 * value:.1f}%" for value in frame.share],
        }
    )


def taken(frame: pd.DataFrame) -> pd.DataFrame:
    """What a final run of each candidate took, as strings; without columns that nobody measured."""
    shown = pd.DataFrame(
        {
            "Candidate": frame.candidate,
            "Track": frame.track,
            headings.IMAGES_PER_SECOND: [whole(value) for value in frame.images_per_second],
            headings.MEMORY: [
                MISSING if missing(value) else f"{value / 2**20:,.0f} MiB" for value in frame.peak_memory_bytes
            ],
            headings.ENERGY: [MISSING if missing(value) else f"{value / 3600:.3g} Wh" for value in frame.energy_joules],
        }
    )
    return shown[[name for name in shown if not (shown[name] == MISSING).all()]]
