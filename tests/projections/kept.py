"""A projection that keeps in memory what it was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from suite.core.result import Result
from suite.projections import Committed, Trial


class Kept:
    """Implements `suite.projections.Projection`."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Mapping[str, Any]]] = {}
        self.results: dict[str, Result] = {}
        self.figures: dict[str, Mapping[str, float | None]] = {}
        self.winners: dict[str, list[Result]] = {}
        self.killed: list[str] = []
        self.trials: dict[str, list[Trial]] = {}

    def drop(self, key: str) -> None:
        self.rows.pop(key, None)

    def drop_unknown(self, keys: set[str]) -> int:
        return 0

    def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows.setdefault(key, []).extend(rows)

    def interrupted(self, key: str) -> None:
        self.killed.append(key)

    def is_whole(self, key: str, run: Committed) -> bool:
        return key in self.results and self.results[key].ended_at == run.result.ended_at

    def result(self, key: str, run: Committed) -> None:
        self.rows[key], self.results[key], self.trials[key] = list(run.rows()), run.result, run.trials()

    def candidate(self, last: Result, figures: Mapping[str, float | None], winners: Sequence[Result] = ()) -> None:
        self.figures[last.candidate], self.winners[last.candidate] = figures, list(winners)

    def summary(self, folder: Path, description: Mapping[str, Any]) -> None: ...
