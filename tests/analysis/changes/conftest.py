"""Two reports of one study: a published one, and a copy whose records were rewritten with hashes that hold."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis.folder import collect
from suite.core.durable import read_json, write_json
from suite.records import hashes

PUBLISHED = Path(__file__).parents[3] / "reports" / "published"
Arrays = dict[str, np.ndarray[Any, Any]]


class Copy:
    """A copy of a published report's records."""

    def __init__(self, folder: Path, study: str) -> None:
        self.source, self.folder = PUBLISHED / study, folder
        collect.copy(self.source, folder)

    def rewrite(
        self,
        study: Callable[[dict[str, Any]], None] | None = None,
        runs: Callable[[dict[str, str]], bool] | None = None,
        arrays: Callable[[Arrays], None] | None = None,
    ) -> Path:
        """Change the description, each row of runs.csv (dropped where this says False), the arrays; then hash anew."""
        if study:
            described = read_json(self.folder / "study.json")
            study(described)
            write_json(self.folder / "study.json", described)
        if runs:
            self._rewrite_runs(runs)
        if arrays:
            with np.load(self.folder / "records.npz") as saved:
                kept = {name: saved[name] for name in saved.files}
            arrays(kept)
            with (self.folder / "records.npz").open("wb") as file:
                np.savez_compressed(file, **kept)  # type: ignore[arg-type]
        hashes.write(self.folder)
        return self.folder

    def _rewrite_runs(self, change: Callable[[dict[str, str]], bool]) -> None:
        with (self.folder / "runs.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            names, rows = list(reader.fieldnames or ()), list(reader)
        with (self.folder / "runs.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows([row for row in rows if change(row)])


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of quickstart's published records in `reports/quickstart` of a workspace."""
    return Copy(tmp_path / "reports" / "quickstart", "quickstart")


def misread(candidate: str, images: int) -> Callable[[Arrays], None]:
    """So many of the first test images get another class from every final run of a candidate."""

    def change(arrays: Arrays) -> None:
        for number in range(3):
            predicted = arrays[f"{candidate}/tuned/final/{number}/predicted"]
            predicted[:images] = (predicted[:images] + 1) % 10

    return change
