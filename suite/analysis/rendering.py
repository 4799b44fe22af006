"""A report's folder: refreshed from the store, rendered from itself, checked against itself, published."""

from __future__ import annotations

import filecmp
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from suite.analysis import collect, presentation
from suite.analysis import reading as folders
from suite.analysis.markup import csv_table, escape_markdown, latex_table, markdown_table
from suite.analysis.method import banners
from suite.analysis.page import pages
from suite.analysis.paths import remove_paths
from suite.analysis.presentation import NUMBERS, present
from suite.analysis.tables import table
from suite.core import directories
from suite.core.durable import read_json
from suite.core.instances import find

RENDERED = ("report.html", "report.md", "table.csv", "table.tex")
FIGURES = "figures"


def refresh(
    workspace: Path, study: str, instance: str | None = None, folder: Path | None = None, running: bool = True
) -> Path:
    """Collect an instance's records into its report's folder, without rendering; returns the folder.

    The default instance is the one that ran last, the default folder `reports/<study>` of the workspace. `running`:
    whether a coordinator is at work in the workspace; without one, a study that says it runs was cut off.
    Raises Refusal where the study has no instance, or none of that name.
    """
    target = folder or workspace / "reports" / study
    collect.collect(find(workspace, study, instance), target, running)
    return target


def instance_shown(folder: Path) -> str | None:
    """The instance whose report lies in a folder; None where there is none."""
    path = folder / directories.STUDY
    return str(read_json(path)["instance"]) if path.exists() else None


def render(folder: Path) -> pd.DataFrame:
    """Write the pages, tables and figures of a report from its folder alone; returns the table.

    The same folder gives the same bytes. Raises Refusal where the folder holds no records.
    """
    read = folders.read(folder)
    rows = table(read)
    written = pages(read, rows) | {
        "table.csv": csv_table(rows),
        "table.tex": "\n".join(
            latex_tables(present(part), " ".join([f"{read.study['title']} ({track} track).", *banners(read.study)]))
            for track, part in rows.groupby("track", sort=False)
        ),
    }
    for name, text in written.items():
        (folder / name).parent.mkdir(exist_ok=True)
        collect.write_text(folder / name, text)
    for stale in (folder / FIGURES).glob("*"):
        if f"{FIGURES}/{stale.name}" not in written:
            stale.unlink()
    return rows


def latex_tables(shown: pd.DataFrame, caption: str) -> str:
    """What was measured, and what is known beside it, as two LaTeX tables that a page can hold."""
    known = latex_table(presentation.known(shown), f"{caption} Beside what was published.", NUMBERS)
    return f"{latex_table(presentation.measured(shown), caption, NUMBERS)}\n{known}"


def check(folder: Path) -> list[str]:
    """Render the folder's records elsewhere and return the names of the rendered files that differ, sorted."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name) / folder.resolve().name
        collect.copy(folder, fresh)
        render(fresh)
        names = rendered(folder) | rendered(fresh)
        return sorted(name for name in names if not _same(folder / name, fresh / name))


def rendered(folder: Path) -> set[str]:
    """The names of the files that rendering writes, as far as they are there."""
    figures = {f"{FIGURES}/{path.name}" for path in (folder / FIGURES).glob("*")}
    return figures | {name for name in RENDERED if (folder / name).exists()}


def publish(folder: Path, published: Path) -> Path:
    """Copy a report to where it is committed, without paths of this machine, render it there; returns that folder."""
    target = published / str(read_json(folder / directories.STUDY)["study"])
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    collect.copy(folder, partial)
    remove_paths(partial)
    render(partial)
    shutil.rmtree(target, ignore_errors=True)
    partial.replace(target)
    return target


def readme_table(folder: Path) -> str:
    """The Markdown table that a README shows of a published report, with what must be known before its numbers."""
    read = folders.read(folder)
    keep = ["Architecture", "Parameters", "Multiply-adds", "Test error, top-1 (95%)", "n (seeds × images)"]
    parts = [f"> {escape_markdown(banner)}\n" for banner in banners(read.study)]
    for track, part in table(read).groupby("track", sort=False):
        shown = present(part)
        clock = [name for name in shown if str(name).endswith(" time") and name != "Tuning time"]
        extra = [name for name in ("Published error here", "Note") if name in shown]
        title = f"{read.study['title']} ({read.study['dataset']}, budget {read.study['budget']}, {track} track)"
        parts.append(f"*{escape_markdown(title)}*\n\n{markdown_table(shown[[*keep, *clock, *extra]], NUMBERS)}")
    return "\n".join(parts)


def _same(first: Path, second: Path) -> bool:
    return first.exists() and second.exists() and filecmp.cmp(first, second, shallow=False)
