"""What determined runs, stored compactly, and read as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.core.durable import read_json
from suite.records import identities
from suite.records.layout import IDENTITIES

RUNS = {
    f"ü net/tuned/final/{number}": {
        "recipe": {"learning_rate": 0.1, "flip": True, "none": None},
        "seeds": {"initial": number, "order": 1},
        "threads": None if number else 1,
        **({"weights": {"sha256": "0"}} if number == 2 else {}),
    }
    for number in range(3)
}


def test_what_runs_share_is_stored_once(tmp_path: Path) -> None:
    identities.write(tmp_path, RUNS)
    assert identities.read(tmp_path) == RUNS
    values = read_json(tmp_path / IDENTITIES)["values"]
    assert {name: len(different) for name, different in values.items()} == {
        "recipe": 1,
        "seeds": 3,
        "threads": 2,
        "weights": 1,
    }


def test_one_and_true_are_different_values(tmp_path: Path) -> None:
    identities.write(tmp_path, {"a": {"x": 1}, "b": {"x": True}})
    assert repr(identities.read(tmp_path)) == repr({"a": {"x": 1}, "b": {"x": True}})


def test_without_runs_and_without_the_file(tmp_path: Path) -> None:
    assert identities.read(tmp_path) is None
    identities.write(tmp_path, {})
    assert identities.read(tmp_path) == {}


def test_what_is_none_of_these_is_no_identity(tmp_path: Path) -> None:
    (tmp_path / IDENTITIES).write_text("{}")
    with pytest.raises(LookupError):
        identities.read(tmp_path)
