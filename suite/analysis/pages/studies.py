"""Several studies on one page: each with its own table, and together where their rows may be ranked together."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from suite.analysis.comparing.across import across, results
from suite.analysis.comparing.ranking import shared_axes
from suite.analysis.folder import reading
from suite.analysis.folder.reading import Records
from suite.analysis.pages import interval_text, method, report
from suite.analysis.pages.over_studies import over_studies
from suite.analysis.rendering import latex_tables
from suite.analysis.table.columns import joint, table
from suite.analysis.table.markup import csv_table
from suite.analysis.table.presentation import present
from suite.core.axes import differing
from suite.core.durable import write_text
from suite.records import hashes
from suite.records.layout import files, same


def render(folders: Sequence[Path], target: Path) -> pd.DataFrame:
    """Write the page and tables of several reports' folders into `target`.

    Returns the rows: ranked across studies where rows of different studies are comparable, else within each study.
    Raises Refusal where a record of one has changed since it was collected.
    """
    for source in folders:
        hashes.require_unchanged(source)
    studies = [reading.read(source) for source in folders]
    rows, sentence = together(studies)
    title = ", ".join(str(records.study["title"]) for records in studies)
    own = [table(records) for records in studies]
    shown = [] if rows is None else _by_track(rows)
    banners = [f"{records.study['title']}: {text}" for records in studies for text in method.over_the_table(records)]
    values = {
        "title": title,
        "sentence": sentence,
        "together": shown,
        "banners": banners if shown else [],
        "over": over_studies(studies),
        "pages": [report.compose(records, part, []) for records, part in zip(studies, own, strict=True)],
        "interval": interval_text.intervals(studies),
    }
    result = pd.concat(own, ignore_index=True) if rows is None else rows
    texts = {f"report.{kind}": report.write(f"comparison.{kind}.j2", **values) for kind in ("html", "md")}
    texts["table.csv"] = csv_table(result)
    texts["results.csv"] = csv_table(results(studies, across(studies)))
    captioned = [(part, " ".join([f"{title} ({name}).", *banners])) for name, part in _by_track(result)]
    texts["table.tex"] = "\n".join(latex_tables(part, caption) for part, caption in captioned)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_text(target / name, text)
    return result


def together(studies: Sequence[Records]) -> tuple[pd.DataFrame | None, str]:
    """All rows ranked across studies, and what that rests on; None where no two studies have comparable rows."""
    rows = joint(studies, shared_axes(records.study for records in studies))
    ranked = rows[rows["rank"].notna()]
    if any(part.study.nunique() > 1 for _, part in ranked.groupby("track")):
        return rows, "Rows of different studies are ranked together where everything off their common axes agrees."
    reasons = sorted({name for text in rows.apart if text for name in text.split(", ")})
    why = f": they differ in {differing(reasons)}" if reasons else ""
    return None, f"No row of one study is comparable with a row of another{why}. Each study has its own ranking."


def check(folders: Sequence[Path], target: Path) -> list[str]:
    """Render elsewhere and return the names of the files in `target` that differ, are missing or too many, sorted."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        render(folders, fresh)
        return sorted(name for name in files(target) | files(fresh) if not same(target / name, fresh / name))


def _by_track(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(f"{track} track", present(part)) for track, part in rows.groupby("track", sort=False)]
