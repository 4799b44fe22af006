"""A report's folder: refreshed from the store, rendered from itself, checked against itself, published."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from suite.analysis.folder import collect
from suite.analysis.folder import reading as folders
from suite.analysis.folder.paths import remove_paths
from suite.analysis.pages.method import over_the_table
from suite.analysis.pages.report import pages
from suite.analysis.table import headings, presentation
from suite.analysis.table.arranging import arranged, comparison
from suite.analysis.table.columns import table
from suite.analysis.table.footnotes import footnoted
from suite.analysis.table.markup import csv_table, escape_markdown, latex_table, markdown_table
from suite.analysis.table.presentation import present
from suite.core import directories
from suite.core.durable import read_json, replacing, write_text
from suite.core.instances import find
from suite.core.refusals import Refusal
from suite.records import hashes
from suite.records.layout import EVERY_RECORD, FIGURES, HASHES, RENDERED, files, same


def refresh(
    workspace: Path,
    study: str,
    instance: str | None = None,
    folder: Path | None = None,
    running: bool = True,
    table: Mapping[str, Any] | None = None,
) -> Path:
    """Collect an instance's records into its report's folder, without rendering; returns the folder.

    The default instance is the one that ran last, the default folder `reports/<study>` of the workspace. `running`:
    whether a coordinator is at work in the workspace; without one, a study that says it runs was cut off. `table`: how
    the table is to be arranged there, beside what the study says of it.
    Raises Refusal where the study has no instance, or none of that name.
    """
    target = folder or workspace / "reports" / study
    collect.collect(find(workspace, study, instance), target, running, table)
    return target


def instance_shown(folder: Path) -> str | None:
    """The instance whose report lies in a folder; None where there is none."""
    path = folder / directories.STUDY
    return str(read_json(path)["instance"]) if path.exists() else None


def render(folder: Path) -> pd.DataFrame:
    """Write the pages, tables and figures of a report from its folder alone; returns the table.

    The same folder gives the same bytes. Records that carry no hashes, having been collected before there were any,
    get none: nobody can know that they are as they were collected. Raises Refusal where the folder holds no records,
    or one that has changed since it was collected.
    """
    hashes.require_unchanged(folder)
    read = folders.read(folder)
    rows = table(read)
    written = pages(read, rows) | {
        "table.csv": csv_table(rows),
        "table.tex": "\n".join(
            latex_tables(
                present(part), " ".join([f"{read.study['title']} ({track} track).", *over_the_table(read)]), read.study
            )
            for track, part in arranged(rows, read.study).groupby("track", sort=False)
        ),
    }
    for name, text in written.items():
        (folder / name).parent.mkdir(exist_ok=True)
        write_text(folder / name, text)
    for stale in (folder / FIGURES).glob("*"):
        if f"{FIGURES}/{stale.name}" not in written:
            stale.unlink()
    return rows


def latex_tables(shown: pd.DataFrame, caption: str, study: Mapping[str, Any] = MappingProxyType({})) -> str:
    """What was measured, and what is known beside it, as two LaTeX tables that a page can hold; `study`: the
    description of the study that the rows are of, where they are of one."""
    parts = ((comparison(shown, study), caption), (presentation.known(shown), f"{caption} Beside what was published."))
    found = [(*footnoted(part), text) for part, text in parts]
    return "\n".join(latex_table(marked, text, headings.NUMBERS, notes) for marked, notes, text in found)


def check(folder: Path) -> list[str]:
    """The names of the files of a report's folder that are not what they were, that are missing or too many, sorted.

    Records are compared with their hashes; where they are whole they are rendered elsewhere, and what is rendered is
    compared byte by byte. Where the records carry no hashes, `hashes.json` is a difference: what is missing.
    Raises Refusal where the folder is no report's.
    """
    changed = hashes.changed(folder)
    present_files = files(folder)
    if set(changed) & set(EVERY_RECORD):
        own = {*EVERY_RECORD, HASHES, *RENDERED}
        return sorted({*changed, *(name for name in present_files - own if not name.startswith(f"{FIGURES}/"))})
    folders.require(folder)
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name) / folder.resolve().name
        collect.copy(folder, fresh)
        render(fresh)
        names = (files(fresh) | present_files) - {*EVERY_RECORD, HASHES}
        unknown = set() if hashes.carried(folder) else {HASHES}
        return sorted({*changed, *unknown, *(name for name in names if not same(folder / name, fresh / name))})


def publish(folder: Path, published: Path) -> Path:
    """Copy a report to where it is committed, without paths of this machine, render it there; returns that folder.

    The hashes are those of the records as published. Raises Refusal where a record has changed since it was collected,
    or where the records carry no hashes, so that nobody knows.
    """
    hashes.require_unchanged(folder)
    if not hashes.carried(folder):
        raise Refusal(
            f"{folder} has no {HASHES}: it cannot be known that its records are as they were collected, so they are "
            "not published; collect them anew: python -m suite.report study=NAME publish=true"
        )
    target = published / str(read_json(folder / directories.STUDY)["study"])
    with replacing(target) as partial:
        collect.copy(folder, partial)
        remove_paths(partial)
        hashes.write(partial)
        render(partial)
    return target


def readme_table(folder: Path) -> str:
    """The Markdown table that a README shows of a published report, with what must be known before its numbers."""
    read = folders.read(folder)
    keep = [headings.ARCHITECTURE, headings.ERROR, headings.COUNT, headings.PARAMETERS, headings.MACS]
    parts = [f"> {escape_markdown(banner)}\n" for banner in over_the_table(read)]
    for track, part in arranged(table(read), read.study).groupby("track", sort=False):
        shown = present(part)
        wanted = (headings.BALANCED_ERROR, *headings.CLOCKED, headings.PUBLISHED, headings.NOTE)
        extra = [name for name in wanted if name in shown]
        title = f"{read.study['title']} ({read.study['dataset']}, budget {read.study['budget']}, {track} track)"
        marked, notes = footnoted(shown[[*keep, *extra]])
        parts.append(f"*{escape_markdown(title)}*\n\n{markdown_table(marked, headings.NUMBERS)}")
        parts += [f"- {escape_markdown(f'[{number}] {note}')}" for number, note in enumerate(notes, 1)]
    return "\n".join(parts)
