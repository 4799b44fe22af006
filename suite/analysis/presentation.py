"""The table as people read it: the same frame with headings, units, and no bare number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from suite.analysis.claims import Judgement
from suite.analysis.literature import Erratum
from suite.analysis.units import MISSING, duration, missing, percent, plain, points, scaled, signed, whole

NUMBERS = frozenset(
    {
        *("Rank", "Year", "Parameters", "Multiply-adds", "Test error, top-1 (95%)"),
        *("n (seeds × images)", "Error, top-5 (95%)", "CPU time", "GPU time", "TPU time", "Device time", "Tuning time"),
        *(
            "Behind the first, points (95%)",
            "Advantage (95%)",
            "Time",
            "Share of wall time",
            "Attempts",
            "Images/s",
            "Peak memory",
            "Compilation",
            "Energy",
        ),
    }
)
"""Headings of columns that are aligned right."""

KNOWN = (
    *("Study", "Architecture", "Year", "Depth", "Parameters", "Published parameters"),
    *("Test error, top-1 (95%)", "Published error here", "Published ImageNet top-5 error", "Key innovation"),
)
"""Headings of what is known of an architecture, with the measured error to compare."""

MEASURED_TOO = ("Study", "Architecture", "Parameters", "Test error, top-1 (95%)")


def present(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one track as strings, in the order and with the headings of the report."""
    kinds = sorted(set(rows.device)) or ["CPU"]
    clock = f"{kinds[0]} time" if len(kinds) == 1 else "Device time"
    here = rows.published_error.notna().any()
    shown = [_present(row, clock, bool(here)) for row in as_rows(rows)]
    frame = pd.DataFrame(shown)
    if rows.study.nunique() == 1:
        frame = frame.drop(columns="Study")
    optional = ["Error, top-5 (95%)", "Tuning time", "Published parameters", "Note"]
    return frame.drop(columns=[name for name in optional if name in frame and (frame[name].isin([MISSING, ""])).all()])


def as_rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows as dictionaries, missing whole numbers as `pd.NA`."""
    return [dict(zip(map(str, rows.columns), row, strict=True)) for row in rows.itertuples(index=False)]


def measured(shown: pd.DataFrame) -> pd.DataFrame:
    """The columns of a presented frame that answer the question: what was measured here."""
    return shown[[name for name in shown if name not in KNOWN or name in MEASURED_TOO]]


def known(shown: pd.DataFrame) -> pd.DataFrame:
    """The columns that put an answer beside what was published."""
    return shown[[name for name in KNOWN if name in shown]]


def _present(row: dict[str, Any], clock: str, here: bool) -> dict[str, str]:
    cells = {
        "Study": row["study"],
        "Rank": whole(row["rank"]),
        "Architecture": candidate(row),
        "Year": plain(row["year"]),
        "Depth": plain(row["depth"]),
        "Parameters": whole(row["trainable_params"]),
        "Published parameters": plain(row["params_published"]),
        "Multiply-adds": scaled(row["macs"]),
        "Test error, top-1 (95%)": interval(row, "test_error"),
        "n (seeds × images)": count(row),
        "Error, top-5 (95%)": interval(row, "top5_error"),
        clock: duration(row["device_seconds"]),
        "Tuning time": duration(row["tuning_seconds"]),
    }
    if here:
        others = f"; also {row['published_others']}" if row["published_others"] else ""
        cells["Published error here"] = quoted(row, "published") + others
    cells["Published ImageNet top-5 error"] = quoted(row, "published_top5")
    cells["Key innovation"] = innovation(row)
    return cells | {"Note": note(row)}


def candidate(row: dict[str, Any]) -> str:
    """The candidate's name, with what it is built from where the name does not say it."""
    options = _options(row)
    built = " ".join(
        part for part in (row["architecture"] if row["candidate"] != row["architecture"] else "", options) if part
    )
    return f"{row['candidate']} ({built})" if built else str(row["candidate"])


def innovation(row: dict[str, Any]) -> str:
    """What an architecture is known for, and which options it has here: one of them may be what switches it off."""
    options = _options(row, leave_out="width")
    return f"{plain(row['key_innovation'])} (here with {options})" if options else plain(row["key_innovation"])


def _options(row: dict[str, Any], leave_out: str | None = None) -> str:
    return ", ".join(f"{name}={value}" for name, value in json.loads(row["options"]).items() if name != leave_out)


def interval(row: dict[str, Any], name: str) -> str:
    """`8.75% (8.40 to 9.12)`, in percent."""
    if missing(row[name]):
        return MISSING
    return f"{percent(row[name])}% ({percent(row[f'{name}_low'])} to {percent(row[f'{name}_high'])})"


def count(row: dict[str, Any]) -> str:
    """How many seeds and test images a number rests on."""
    return f"{row['seeds']} × {row['test_images']:,}" if row["seeds"] else MISSING


def note(row: dict[str, Any]) -> str:
    """What keeps a row from being compared, what is missing of it, and what its interval leaves out."""
    notes = [f"not ranked: differs in {row['apart']}"] if row["apart"] else []
    if row["seeds"] < row["seeds_planned"]:
        so_far = "" if row["state"] == "finished" else " so far"
        notes.append(f"{row['seeds']} of {row['seeds_planned']} seeds{so_far}")
    if row["seeds"] and row["images_only"]:
        notes.append("interval from images only")
    notes += [f"{row[name]} {name}" for name in ("failed", "pruned", "unfinished") if row[name]]
    return "; ".join(notes)


def quoted(row: dict[str, Any], name: str, parts: Sequence[str] = ("condition", "source")) -> str:
    """A published error with its condition and source; `name` is what the row's columns begin with."""
    if missing(row[f"{name}_error"]):
        return MISSING
    details = [str(row[f"{name}_{part}"]) for part in parts if row[f"{name}_{part}"]]
    return f"{100 * row[f'{name}_error']:.3g}% ({'; '.join(details)})"


def headline(rows: pd.DataFrame, differences: pd.DataFrame) -> str:
    """The answer of one track in a sentence or two, with what the intervals do not decide."""
    ranked = rows[rows["rank"].notna()]
    if ranked.empty:
        over = bool((rows.state == "finished").all())
        return "No ranked candidate has a completed final run." if over else "No final run has finished yet."
    first = {str(name): value for name, value in ranked.iloc[0].items()}
    among = "" if len(ranked) == len(rows) else " of the ranked candidates"
    text = f"{first['candidate']} has the lowest test error{among}, {interval(first, 'test_error')}."
    if differences.empty:
        return text
    open_ones = list(differences.candidate[~differences.decided])
    if open_ones:
        return f"{text} The results do not decide between it and {', '.join(open_ones)}."
    if differences.images_only.any():
        return f"{text} It is ahead of every other ranked candidate on these test images; one seed says no more."
    return f"{text} The 95% interval of the difference to every other ranked candidate leaves out zero."


def differences(frame: pd.DataFrame) -> pd.DataFrame:
    """Differences to the first, in percentage points, as strings."""
    return pd.DataFrame(
        [
            {
                "Candidate": candidate,
                "Behind the first, points (95%)": f"{points(behind)} ({points(low)} to {points(high)})",
                "Decided": ("on these images" if images_only else "yes") if decided else "no",
            }
            for candidate, behind, low, high, decided, images_only in frame.itertuples(index=False)
        ]
    )


def claims(judged: list[Judgement]) -> pd.DataFrame:
    """Claims with their verdicts and numbers, as strings."""
    return pd.DataFrame([_claim(judgement) for judgement in judged])


def _claim(claim: Judgement) -> dict[str, str]:
    fraction = claim.metric in ("test_accuracy", "test_top5_accuracy", "calibration_error")
    show, unit = (points, " points") if fraction else (signed, "")
    numbers = MISSING
    if claim.advantage is not None:
        low, high = show(claim.advantage.low), show(claim.advantage.high)
        seeds_only = "" if claim.advantage.images else ", seeds only"
        numbers = f"{show(claim.advantage.mean)}{unit} ({low} to {high}{seeds_only})"
    margin = f" by more than {show(claim.margin).lstrip('+')}{unit}" if claim.margin else ""
    return {
        "Claim": claim.text,
        "Source": claim.source or MISSING,
        "Tested as": f"{claim.better} better than {claim.than} in {claim.metric}{margin}",
        "Track": claim.track,
        "Verdict": claim.verdict + (f" ({claim.reason})" if claim.reason else ""),
        "Advantage (95%)": numbers,
    }


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
            "Time": [("−" if value < 0 else "") + duration(abs(value)) for value in frame.seconds],
            "Share of wall time": [MISSING if missing(value) else f"{100 * value:.1f}%" for value in frame.share],
        }
    )


def taken(frame: pd.DataFrame) -> pd.DataFrame:
    """What a final run of each candidate took, as strings; without columns that nobody measured."""
    shown = pd.DataFrame(
        {
            "Candidate": frame.candidate,
            "Track": frame.track,
            "Images/s": [whole(value) for value in frame.images_per_second],
            "Peak memory": [
                MISSING if missing(value) else f"{value / 2**20:,.0f} MiB" for value in frame.peak_memory_bytes
            ],
            "Energy": [MISSING if missing(value) else f"{value / 3600:.3g} Wh" for value in frame.energy_joules],
        }
    )
    return shown[[name for name in shown if not (shown[name] == MISSING).all()]]
