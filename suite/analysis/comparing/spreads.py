"""Which seeds' spread a candidate is judged with: its own, or what comparable candidates lend each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from suite.analysis.comparing.by_run import sample_spread
from suite.analysis.comparing.ranking import axes_of, comparable, conditions, off_axes
from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import unranked
from suite.analysis.folder.values import values
from suite.analysis.statistics.intervals import Spread, mean_squares, own_spread
from suite.analysis.statistics.lending import lend
from suite.core.metrics import LENT, Metric


@dataclass(frozen=True)
class Lending:
    """The spreads of one study's candidates, each found once."""

    records: Records
    found: dict[tuple[str, str], Mapping[str, Spread]] = field(default_factory=dict)

    def of(self, candidate: str, track: str, metric: Metric) -> Spread | None:
        """What stands for the candidate's own spread in a metric; None where nothing does."""
        key = track, metric.name
        if key not in self.found:
            self.found[key] = spreads(self.records, track, metric)
        return self.found[key].get(candidate)


def lends(records: Records) -> bool:
    """Whether a study's candidates lend each other their spread; studies described before they did so do, too."""
    return records.study.get("intervals", LENT) == LENT


def spreads(records: Records, track: str, metric: Metric) -> dict[str, Spread]:
    """The moderated spread of each candidate of a track; empty where they do not lend.

    Only candidates that may be ranked together lend, with at least two seeds. The spread is the
    mean square of the seeds where the metric scores each image, else the variance of the runs' values.
    """
    if not lends(records):
        return {}
    names = [name for name in records.study["candidates"] if not unranked(records, name, track)]
    axes = axes_of(records.study)
    apart = comparable([off_axes(conditions(records, name, track), axes) for name in names])
    own = {name: _own(records, name, track, metric) for name, other in zip(names, apart, strict=True) if not other}
    found = {name: spread for name, spread in own.items() if spread is not None}
    return dict(zip(found, lend(list(found.values())), strict=True)) if len(found) > 1 else {}


def _own(records: Records, candidate: str, track: str, metric: Metric) -> Spread | None:
    if metric.score is None:
        found = values(records, candidate, track, metric)
        return sample_spread(found) if len(found) == len(records.finals(candidate, track)) > 1 else None
    scores = records.scores(candidate, track, metric)
    return own_spread(mean_squares(scores)) if scores is not None and len(scores) > 1 else None
