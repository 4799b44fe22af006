"""Every published study as the site tells it: its question, its verdicts, its first place, its rows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from suite.analysis.comparing.claims import judgements
from suite.analysis.comparing.differences import to_first
from suite.analysis.figures.picture import Picture
from suite.analysis.folder import reading
from suite.analysis.pages import first_screen, method
from suite.analysis.table.cells import built_with, count, interval
from suite.analysis.table.columns import table
from suite.analysis.table.presentation import as_rows, headline
from suite.analysis.units import whole
from suite.core.directories import STUDY
from suite.core.refusals import Refusal
from suite.records import hashes

REPORT = "report.html"
COPIED = (REPORT, "table.csv", "table.tex", "runs.csv")
"""What of a report's folder is on the site, as it is."""


@dataclass(frozen=True)
class Row:
    """One row of a study's table, as an architecture's page shows it. link: from the site's root."""

    study: str
    title: str
    candidate: str
    architecture: str
    options: str
    data: str
    rank: str
    error: str
    count: str
    link: str


@dataclass(frozen=True)
class Study:
    """A published study. answers: a sentence for each track, the first place with its interval. open: whom the results
    do not decide from the first of the first track."""

    name: str
    title: str
    kicker: str
    question: str
    banners: list[str]
    answers: list[str]
    verdicts: list[first_screen.Line]
    rows: list[Row]
    command: str
    picture: str
    open: list[str]

    @property
    def architectures(self) -> list[str]:
        """Those that it has candidates of, in the table's order."""
        return list(dict.fromkeys(row.architecture for row in self.rows))

    @property
    def first(self) -> Row | None:
        """The first place of the first track; None where nothing is ranked."""
        return next((row for row in self.rows if row.rank.startswith("1 ")), None)

    @property
    def counted(self) -> str:
        """How many claims have which verdict: `3 supported, 1 not decided`."""
        verdicts = Counter(line.verdict for line in self.verdicts)
        return ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())


def published(folder: Path) -> list[Path]:
    """The folders of the published reports. Raises Refusal where there is none, or one that is not rendered."""
    found = sorted(path.parent for path in folder.glob(f"*/{STUDY}"))
    if not found:
        raise Refusal(
            f"{folder} has no published report: python -m suite.report study=NAME publish=true makes one, and "
            "workspace=DIR names where they are"
        )
    for one in found:
        hashes.require_unchanged(one)
        missing = [name for name in COPIED if not (one / name).is_file()]
        if missing:
            raise Refusal(
                f"{one} has no {' and no '.join(missing)}: render it with python -m suite.report folder={one}"
            )
    return found


def read(folder: Path) -> Study:
    """A study from its report's folder."""
    records = reading.read(folder)
    study, rows = records.study, table(records)
    tracks = [part for _, part in rows.groupby("track", sort=False)]
    behind = [to_first(records, part) for part in tracks]
    answers = [headline(part, differences) for part, differences in zip(tracks, behind, strict=True)]
    named = len(tracks) > 1
    anchors = set(re.findall(r'\bid="(row-[^"]+)"', (folder / REPORT).read_text(encoding="utf-8")))
    return Study(
        name=str(study["study"]),
        title=str(study["title"]),
        kicker=first_screen.kicker(study),
        question=str(study.get("question") or ""),
        banners=method.banners(study),
        answers=[
            f"{str(part.track.iloc[0]).capitalize()} track: {text}" if named else text
            for part, text in zip(tracks, answers, strict=True)
        ],
        verdicts=first_screen.verdict_lines(judgements(records)),
        rows=_rows(study["study"], study["title"], rows, anchors),
        command=method.commands(study)[0],
        picture=_picture(folder, str(study["study"])),
        open=[str(name) for name in behind[0].candidate[~behind[0].decided.astype(bool)]] if behind else [],
    )


def _rows(study: str, title: str, rows: pd.DataFrame, anchors: set[str]) -> list[Row]:
    """The rows of all tracks; a link leads to the row's own place in the report where that has one."""
    ranked = rows[rows["rank"].notna()].groupby("track").size()
    found = []
    for row in as_rows(rows):
        place = first_screen.fold_id(row["candidate"], row["track"])
        found.append(
            Row(
                study=study,
                title=title,
                candidate=str(row["candidate"]),
                architecture=str(row["architecture"]),
                options=built_with(row),
                data=f"{row['dataset']}, budget {row['budget']}, {row['track']} track",
                rank=f"{whole(row['rank'])} of {ranked.get(row['track'], 0)}" if not pd.isna(row["rank"]) else "–",
                error=interval(row, "test_error"),
                count=count(row),
                link=f"studies/{study}/{REPORT}" + (f"#{place}" if place in anchors else ""),
            )
        )
    return found


def _picture(folder: Path, study: str) -> str:
    """The picture of a report's first screen, as an element of a page that has several; empty where it has none."""
    path = next(iter(sorted(folder.glob("figures/errors-*.svg"))), None)
    if path is None:
        return ""
    inline = Picture(path.stem, f"Test errors of {study}", "", path.read_text(encoding="utf-8")).inline
    return re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{study}-", inline)
