from __future__ import annotations

from suite.analysis.changes.conditions import Change
from suite.analysis.changes.records import record_changes
from suite.analysis.folder import reading
from tests.analysis.changes.conftest import Arrays, Copy, misread


def found(copy: Copy) -> list[Change]:
    return record_changes(reading.read(copy.source), reading.read(copy.folder))


def test_clocks_are_no_difference(copy: Copy) -> None:
    def clocks(row: dict[str, str]) -> bool:
        row |= {
            "device_seconds": "1",
            "started_at": "2",
            "ended_at": "3",
            "images_per_second": "4",
            "wait_seconds": "5",
        }
        return True

    copy.rewrite(runs=clocks)
    assert found(copy) == []


def test_one_number_of_one_run_is_found(copy: Copy) -> None:
    def one(row: dict[str, str]) -> bool:
        if (row["candidate"], row["phase"], row["number"]) == ("mlp", "search", "1"):
            row["val_loss"] = "0.5"
        return True

    copy.rewrite(runs=one)
    assert found(copy) == [Change("val_loss", ("mlp",), None, "other in 1 of 25 runs")]


def test_arrays_outcomes_and_runs_that_are_missing(copy: Copy) -> None:
    def runs(row: dict[str, str]) -> bool:
        if row["candidate"] == "mlp" and row["phase"] == "search" and row["number"] == "0":
            row["outcome"] = "diverged"
        return row["candidate"] != "plain8"

    def arrays(kept: Arrays) -> None:
        misread("lenet5", 5)(kept)
        kept["resnet8/tuned/final/0/val_loss"] = kept["resnet8/tuned/final/0/val_loss"] * 2

    copy.rewrite(runs=runs, arrays=arrays)
    assert found(copy) == [
        Change("runs that the other has not", ("plain8",), "5 of 25", None),
        Change("outcome", ("mlp/tuned/search/0",), "completed", "diverged"),
        Change("predicted (array)", ("lenet5",), None, "other in 3 of 20 runs"),
        Change("val_loss (array)", ("resnet8",), None, "other in 1 of 20 runs"),
    ]


def test_what_is_known_of_architectures(copy: Copy) -> None:
    path = copy.folder / "facts.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"year": 1998', '"year": 1999'), encoding="utf-8")
    copy.rewrite()
    assert [change.who for change in found(copy)] == [("lenet5",)]
