"""A comparison as text for a terminal, as Markdown, and as CSV: the same frames of strings, or the numbers."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import pandas as pd

from suite.analysis.changes.comparing import Comparison
from suite.analysis.changes.conditions import Change
from suite.analysis.changes.rows import ALIKE, OTHER_IMAGES, SAME_IMAGES, RowChange
from suite.analysis.changes.verdicts import ClaimChange
from suite.analysis.comparing.claims import Judgement
from suite.analysis.table import headings, presentation
from suite.analysis.table.cells import interval, note
from suite.analysis.table.markup import csv_table, escape_markdown, markdown_table
from suite.analysis.table.terminal import aligned
from suite.analysis.units import MISSING, missing, points, whole

RANK, BEFORE, AFTER, CHANGE, FLIPPED = "Rank", "Before", "After", "Change, points (95%)", "Flipped"
WIDTH = 120
NUMBERS = frozenset({*headings.NUMBERS, CHANGE})
PAIRED = (
    "Change: the error's, after minus before. On the same test images the images are paired, so that what is hard for "
    "both drops out; on other test images nothing does, and the interval is wider. Seeds count as drawn anew in each. "
    "Every interval is of one comparison. Flipped: test images of which most seeds now predict another class; those "
    "that became right and wrong."
)


def texts(found: Comparison) -> list[tuple[str, pd.DataFrame | str]]:
    """Headings with what stands under them: a frame of strings, or a sentence."""
    changed = [claim for claim in found.claims if claim.changed]
    if not found.differs:
        return [("Rows", rows_frame(found.rows)), ("Difference", "None but in clocks: the records are the same.")]
    parts: list[tuple[str, pd.DataFrame | str]] = [("Rows", rows_frame(found.rows)), ("", PAIRED)]
    if found.claims:
        same = len(found.claims) - len(changed)
        parts += [("Claims", claims_frame(changed))] if changed else []
        parts += [("" if changed else "Claims", f"{same} with the same verdict as before.")] if same else []
    parts.append(("What changed", changes_frame(found.conditions) if found.conditions else "No condition."))
    parts.append(("In the records", changes_frame(found.records) if found.records else "The same, clocks aside."))
    return parts


def terminal(found: Comparison) -> str:
    """As a terminal shows it: `aligned` tables, sentences in lines of at most `WIDTH` characters."""
    lines = [f"{found.study}: {found.names[0]}", *(f"{' ' * len(found.study)}→ {name}" for name in found.names[1:])]
    lines += [text.upper() for text in found.banners]
    for heading, part in texts(found):
        body = textwrap.fill(part, WIDTH) if isinstance(part, str) else aligned(part)
        lines += ["", f"{heading}\n\n{body}" if heading else body]
    return "\n".join(lines)


def markdown(found: Comparison) -> str:
    """As Markdown, with a heading for each part."""
    lines = [f"# {escape_markdown(found.study)}: what changed", ""]
    lines += [f"From {escape_markdown(found.names[0])} to {escape_markdown(found.names[1])}.", ""]
    lines += [f"> {escape_markdown(text)}\n" for text in found.banners]
    for heading, part in texts(found):
        lines += [f"## {heading}", ""] if heading else []
        lines += [escape_markdown(part) if isinstance(part, str) else markdown_table(part, NUMBERS).rstrip(), ""]
    return "\n".join(lines).rstrip()


def rows_frame(rows: list[RowChange]) -> pd.DataFrame:
    """Rows as strings; tracks only where there are several."""
    frame = pd.DataFrame(
        [
            {
                "Candidate": row.candidate,
                "Track": row.track,
                RANK: f"{_rank(row.before)} → {_rank(row.after)}",
                BEFORE: _error(row.before),
                AFTER: _error(row.after),
                CHANGE: _change(row),
                "Measured on": _how(row),
                FLIPPED: _flipped(row),
                headings.NOTE: _note(row),
            }
            for row in rows
        ]
    )
    needless = {"Track": frame.Track.nunique() < 2, headings.NOTE: not any(frame[headings.NOTE])}
    return frame.drop(columns=[name for name, dropped in needless.items() if dropped])


def _note(row: RowChange) -> str:
    """What either table says of the row; both where they say different things."""
    said = ["" if side is None else note(side) for side in (row.before, row.after)]
    if said[0] == said[1]:
        return said[1]
    return "; ".join(f"{end}: {text}" for end, text in zip(("before", "after"), said, strict=True) if text)


def _rank(row: dict[str, Any] | None) -> str:
    return MISSING if row is None else whole(row["rank"])


def _error(row: dict[str, Any] | None) -> str:
    return MISSING if row is None else interval(row, "test_error")


def _change(row: RowChange) -> str:
    if row.change is None:
        return MISSING
    low, high = points(row.change.low), points(row.change.high)
    return f"{points(row.change.mean)} ({low} to {high})"


def _how(row: RowChange) -> str:
    only = "; seeds not in the interval" if row.change is not None and row.change.images_only else ""
    if row.how not in (SAME_IMAGES, OTHER_IMAGES, ALIKE) or row.before is None or row.after is None:
        return row.how
    seeds = [str(side["seeds"]) for side in (row.before, row.after)]
    images = [f"{side['test_images']:,}" for side in (row.before, row.after)]
    n = f"{' and '.join(seeds) if seeds[0] != seeds[1] else seeds[0]} × "
    n += images[0] if row.how != OTHER_IMAGES else " and ".join(images)
    return f"{row.how}, {n}{only}"


def _flipped(row: RowChange) -> str:
    if row.flips is None:
        return MISSING
    own = row.flips
    said = f"{100 * own.flipped / own.images:.1f}% ({own.flipped:,} of {own.images:,}"
    return said + (f"; {own.righted:,} right, {own.wronged:,} wrong)" if own.flipped else ")")


def claims_frame(claims: list[ClaimChange]) -> pd.DataFrame:
    """Claims with their verdicts and advantages as strings."""
    return pd.DataFrame(
        [
            {
                "Claim": claim.text,
                "Track": claim.track,
                "Verdict before": _verdict(claim.before),
                "Verdict after": _verdict(claim.after),
                "Advantage before (95%)": _advantage(claim.before),
                "Advantage after (95%)": _advantage(claim.after),
            }
            for claim in claims
        ]
    )


def _verdict(claim: Judgement | None) -> str:
    if claim is None:
        return "not claimed"
    return claim.verdict + (f" ({claim.reason})" if claim.reason else "")


def _advantage(claim: Judgement | None) -> str:
    return MISSING if claim is None else presentation.advantage(claim)


def changes_frame(changes: list[Change]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "What": change.what,
                "Of": ", ".join(change.who) or "the study",
                BEFORE: change.before or MISSING,
                AFTER: change.after or MISSING,
            }
            for change in changes
        ]
    )


def csv(found: Comparison) -> str:
    """One line for each row, claim, condition and difference of records; errors and changes as fractions."""
    lines: list[dict[str, Any]] = [_csv_row(row) for row in found.rows]
    lines += [_csv_claim(claim) for claim in found.claims]
    for part, changes in (("condition", found.conditions), ("records", found.records)):
        lines += [
            {"part": part, "name": change.what, "of": ", ".join(change.who)}
            | {"before": change.before, "after": change.after}
            for change in changes
        ]
    frame = pd.DataFrame(lines, columns=COLUMNS)
    return csv_table(frame.astype(dict.fromkeys(WHOLE, "Int64")))


COLUMNS = [
    "part", "name", "of", "track", "rank_before", "rank_after", "before", "before_low", "before_high", "after",
    "after_low", "after_high", "change", "change_low", "change_high", "measured_on", "flipped", "righted", "wronged",
    "test_images",
]  # fmt: skip
WHOLE = ("rank_before", "rank_after", "flipped", "righted", "wronged", "test_images")


def _csv_row(row: RowChange) -> dict[str, Any]:
    line: dict[str, Any] = {"part": "row", "name": row.candidate, "track": row.track, "measured_on": row.how}
    for end, side in (("before", row.before), ("after", row.after)):
        if side is not None:
            own = {f"rank_{end}": side["rank"], end: side["test_error"]}
            own |= {f"{end}_{limit}": side[f"test_error_{limit}"] for limit in ("low", "high")}
            line |= {name: None if missing(value) else value for name, value in own.items()}
    if row.change is not None:
        ends = {"change": row.change.mean, "change_low": row.change.low, "change_high": row.change.high}
        line |= {name: float(f"{value:.8g}") for name, value in ends.items()}
    if row.flips is not None:
        line |= {"flipped": row.flips.flipped, "righted": row.flips.righted, "wronged": row.flips.wronged}
        line["test_images"] = row.flips.images
    return line


def _csv_claim(claim: ClaimChange) -> dict[str, Any]:
    line: dict[str, Any] = {"part": "claim", "name": claim.text, "track": claim.track}
    for end, judged in (("before", claim.before), ("after", claim.after)):
        line[end] = judged.verdict if judged else None
        if judged is not None and judged.advantage is not None and math.isfinite(judged.advantage.mean):
            line |= {f"{end}_low": judged.advantage.low, f"{end}_high": judged.advantage.high}
    return line
