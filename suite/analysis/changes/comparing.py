"""Two reports' folders of one study, compared: all that is different, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from suite.analysis.changes.conditions import Change, changes
from suite.analysis.changes.records import record_changes
from suite.analysis.changes.rows import RowChange, row_changes
from suite.analysis.changes.verdicts import ClaimChange, claim_changes
from suite.analysis.folder import reading
from suite.analysis.folder.reading import Records
from suite.analysis.pages.method import banners
from suite.core.refusals import Refusal
from suite.records import hashes


@dataclass(frozen=True)
class Comparison:
    """What two reports of a study say. names: what to call them; banners: what must be known before any number."""

    study: str
    names: tuple[str, str]
    banners: list[str]
    rows: list[RowChange]
    claims: list[ClaimChange]
    conditions: list[Change]
    records: list[Change]

    @property
    def differs(self) -> bool:
        """Whether anything but clocks is another: every field of the records is among these."""
        return bool(self.conditions or self.records or any(claim.changed for claim in self.claims))


def compare(old: Path, new: Path) -> Comparison:
    """Raises Refusal where a folder is no report's, was changed since it was collected, or is of another study or task
    than the other."""
    for folder in (old, new):
        reading.require(folder)
        hashes.require_unchanged(folder)
    first, second = reading.read(old), reading.read(new)
    studies = [str(records.study["study"]) for records in (first, second)]
    if studies[0] != studies[1]:
        raise Refusal(
            f"{old} is a report of {studies[0]}, {new} of {studies[1]}: two reports of one study are compared; "
            f"python -m suite.report studies=[{studies[0]},{studies[1]}] puts two studies on one page"
        )
    if first.task.name != second.task.name:
        raise Refusal(f"{old} measures {first.task.name}, {new} {second.task.name}: their errors are not of one kind")
    said = [f"{name}: {text}" for name, records in (("old", first), ("new", second)) for text in banners(records.study)]
    return Comparison(
        studies[0],
        (_name(old, first), _name(new, second)),
        said,
        row_changes(first, second),
        claim_changes(first, second),
        changes(first, second),
        record_changes(first, second),
    )


def _name(folder: Path, records: Records) -> str:
    return f"{folder} ({records.study['instance']})"
