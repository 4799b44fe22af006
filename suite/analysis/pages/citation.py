"""How a report is cited: a BibTeX entry of its title, its instance, its commit and the day when its last run ended.

Who writes about a report is its author: BibTeX's `key` stands in the place of one, so that every style can sort it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from suite.analysis.folder.reading import Records
from suite.analysis.table.markup import escape_latex

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""BibTeX's own abbreviations, which a style writes out in its language."""


def bibtex(records: Records) -> str:
    """The entry; without a date while no run is over."""
    study = records.study
    ended = records.runs.ended_at.dropna()
    day = datetime.fromtimestamp(float(ended.max()), UTC) if len(ended) else None
    commits = sorted({str(commit).removesuffix("+changes")[:12] for commit in records.runs.commit if commit})
    told = [f"study {study['study']}", f"instance {study['instance']}"]
    if commits:
        told.append(f"commit{'s' if len(commits) > 1 else ''} {', '.join(commits)}")
    if day:
        told.append(f"recorded {day:%Y-%m-%d}")
    values = {
        "key": study["study"],
        "title": f"{{{_escaped(str(study['title']))}}}",
        "howpublished": "Report of the Keras comparison suite",
        "note": _escaped(", ".join(told)),
        **({"year": f"{day:%Y}"} if day else {}),
    }
    lines = [f"  {name:<12} = {{{value}}}," for name, value in values.items()]
    lines += [f"  {'month':<12} = {MONTHS[day.month - 1]},"] if day else []
    label = re.sub(r"[^A-Za-z0-9]+", "-", f"{study['study']}-{study['instance']}")
    return "\n".join([f"@misc{{{label},", *lines, "}"])


def _escaped(text: str) -> str:
    """Text as LaTeX sets it literally. BibTeX counts braces, and the escaped ones, too: they get words."""
    return escape_latex(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")
