"""What a page has inside it to train one of its rows again: the rows, their final runs, and what determined each.

It stands in a `<script type="application/json">` of report.html, beside the SHA-256 of the whole page in which that
hash is zeros: a page that was edited anywhere is known by it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from suite.core.durable import plain
from suite.core.refusals import Refusal, unknown
from suite.records.identities import pack, unpack

ZEROS = "0" * 64
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
"""What is trained again goes into folders of these names, and a page comes from anywhere (`suite.config.checks`)."""
_BLOCK = re.compile(
    r'<script type="application/json" id="again" data-sha256="([0-9a-f]{64})">(.*?)</script>', re.DOTALL
)


@dataclass(frozen=True)
class Expected:
    """Between which values further seeds are to be expected (`suite.analysis.statistics.prediction`), ends included.

    lent: whether it rests on the spread of comparable candidates, too.
    """

    mean: float
    low: float
    high: float
    level: float
    lent: bool


@dataclass(frozen=True)
class Row:
    """A candidate of a track.

    runs: the keys of its completed final runs. planned: how many final runs it was to have. expected: of the metric;
    None where nothing is known of the seeds' spread. handling: what was let pass of its data, which determines nothing
    (`on_bad`, `allow_duplicates`). sources: what it starts and learns from, as the study names it.
    """

    candidate: str
    track: str
    runs: tuple[str, ...]
    planned: int
    expected: Expected | None
    handling: Mapping[str, Any]
    sources: Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """A completed final run. identity: what determined it; None where that cannot be known, and then `lacking` says
    why. figures: what its task measured, by the metric's name."""

    seed: int
    figures: Mapping[str, float]
    identity: Mapping[str, Any] | None
    lacking: str | None
    device: str | None
    device_seconds: float | None
    threads: int | None
    deterministic: bool | None
    fingerprint: str | None
    versions: Mapping[str, str]
    commit: str | None


@dataclass(frozen=True)
class Embedded:
    """A study's rows, the first first, and their runs by key. metric: by which rows are ranked."""

    study: str
    instance: str
    title: str
    dataset: str
    task: str
    metric: str
    study_seed: int
    rows: tuple[Row, ...]
    runs: Mapping[str, Run]

    def row(self, candidate: str, track: str | None = None) -> Row:
        """A row by its candidate's name, of a track: by default the tuned one, where there is one.

        Raises Refusal where there is none, or where none of its final runs was completed.
        """
        names = list(dict.fromkeys(row.candidate for row in self.rows))
        if candidate not in names:
            raise unknown(f"row of {self.study}", candidate, names)
        mine = {row.track: row for row in self.rows if row.candidate == candidate}
        if track is not None and track not in mine:
            raise unknown(f"track of row {candidate}", track, mine)
        found = mine[track] if track else mine.get("tuned") or next(iter(mine.values()))
        if not found.runs:
            raise Refusal(
                f"no final run of {candidate} ({found.track} track) was completed when the report was made, so that "
                "there is nothing to compare a new one with"
            )
        return found

    def text(self) -> str:
        """As it stands in a page: JSON that no tag can end."""
        runs = {key: asdict(run) for key, run in self.runs.items()}
        known = {key: identity for key, run in runs.items() if (identity := run.pop("identity")) is not None}
        values = {**asdict(self), "runs": pack(runs), "identities": pack(known)}
        return json.dumps(plain(values), sort_keys=True, ensure_ascii=False).replace("<", "\\u003c")

    @classmethod
    def from_text(cls, text: str) -> Embedded:
        """Raises ValueError, LookupError or TypeError for what is no such text."""
        values = json.loads(text)
        known = unpack(values.pop("identities"))
        runs = {key: Run(**run, identity=known.get(key)) for key, run in unpack(values["runs"]).items()}
        return cls(**{**values, "rows": tuple(_row(row) for row in values["rows"]), "runs": runs})


def _row(values: Mapping[str, Any]) -> Row:
    expected = Expected(**values["expected"]) if values["expected"] else None
    return Row(**{**values, "runs": tuple(values["runs"]), "expected": expected})


def sealed(page: str) -> str:
    """A page whose hash is zeros, with its hash."""
    return page.replace(f'data-sha256="{ZEROS}"', f'data-sha256="{_hash(page)}"', 1)


def read(path: Path) -> Embedded:
    """What a page has inside it. Raises Refusal where it has nothing, or was edited."""
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read as a page: name a report.html, or the folder that it lies in") from error
    found = _BLOCK.search(text)
    if found is None:
        raise Refusal(
            f"{path} has nothing inside it to train a row with: it is no report.html of one study, or was made before "
            "reports had that; name the report's folder instead, or render it again: python -m suite.report study=NAME"
        )
    start, end = found.span(1)
    if _hash(text[:start] + ZEROS + text[end:]) != found[1]:
        raise Refusal(
            f"{path} is not as it was rendered: it was edited, or a browser saved it in its own way; take the file "
            "itself from where it is whole, or name the report's folder"
        )
    try:
        page = Embedded.from_text(found[2])
    except (ValueError, LookupError, TypeError) as error:
        raise Refusal(
            f"{path} was rendered by another version of the suite, and cannot be read: name the report's folder"
        ) from error
    names = [page.study, page.instance, *(name for row in page.rows for name in (row.candidate, row.track))]
    if wrong := next((name for name in names if not FOLDER.fullmatch(name)), None):
        raise Refusal(
            f"{path} has the name {wrong!r} in it, which is no folder's: no report that was rendered has such"
        )
    return page


def _hash(page: str) -> str:
    return hashlib.sha256(page.encode()).hexdigest()
