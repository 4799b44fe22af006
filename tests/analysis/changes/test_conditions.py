from __future__ import annotations

from typing import Any

from suite.analysis.changes.conditions import Change, changes, flat
from suite.analysis.folder import reading
from tests.analysis.changes.conftest import Copy


def found(copy: Copy) -> dict[str, Change]:
    listed = changes(reading.read(copy.source), reading.read(copy.folder))
    assert len({change.what for change in listed}) == len(listed)
    return {change.what: change for change in listed}


def test_a_copy_was_made_under_the_same_conditions(copy: Copy) -> None:
    assert found(copy) == {}


def test_everything_that_was_different_is_named(copy: Copy) -> None:
    def study(described: dict[str, Any]) -> None:
        described["budget"] = "full"
        described["data"]["hash"] = "0" * 32
        described["command"] = "python -m suite.run study=quickstart data_dir=/elsewhere"
        described["candidates"]["mlp"]["recipe"]["momentum"] = 0.5
        for candidate in described["candidates"].values():
            candidate["recipe"]["epochs"] = 9

    def runs(row: dict[str, str]) -> bool:
        row |= {"commit": "f" * 40, "threads": "4", "device": "Another (4 cores)", "device_seconds": "77"}
        row["versions"] = row["versions"].replace('"3.15.1"', '"3.16.0"')
        if row["candidate"] == "lenet5" and row["phase"] == "final":
            row["parameters"] = '{"learning_rate": 0.25, "weight_decay": 0.0005}'
        return True

    copy.rewrite(study, runs)
    listed = found(copy)
    assert listed["budget"] == Change("budget", (), "laptop", "full")
    assert listed["threads"] == Change("threads", (), "2", "4")
    assert listed["versions.keras"] == Change("versions.keras", (), "3.15.1", "3.16.0")
    assert listed["device"].after == "Another (4 cores)"
    assert listed["commit"].after == "f" * 40
    assert listed["data.hash"].after == "0" * 32
    assert listed["recipe.epochs"] == Change("recipe.epochs", ("all candidates",), "5", "9")
    assert listed["recipe.momentum"] == Change("recipe.momentum", ("mlp",), "0.9", "0.5")
    chosen = listed["selected.learning_rate (tuned)"]
    assert (chosen.who, chosen.after) == (("lenet5",), "0.25")
    assert not {"command", "device_seconds"} & listed.keys(), "what was typed, and clocks, change nothing"
    assert len(listed) == 10, "with what the search chose for the decay"


def test_of_long_texts_the_place_where_they_differ_is_shown(copy: Copy) -> None:
    def study(described: dict[str, Any]) -> None:
        described["question"] = f"{described['question'] or ''}{'as before ' * 20}but for this, and for more than that"

    copy.rewrite(study)
    was = reading.read(copy.source).study["question"] or ""
    change = found(copy)["question"]
    assert change.after is not None
    assert change.after.endswith("…")
    assert "as before as be" in change.after
    assert (change.before or "").strip("…") == was[max(0, len(was) - 12) :][:47]


def test_candidates_that_came_and_went(copy: Copy) -> None:
    def study(described: dict[str, Any]) -> None:
        described["candidates"]["late"] = described["candidates"].pop("plain8")

    copy.rewrite(study)
    listed = changes(reading.read(copy.source), reading.read(copy.folder))
    assert [change for change in listed if change.what == "candidate"] == [
        Change("candidate", ("plain8",), "there", None),
        Change("candidate", ("late",), None, "there"),
    ]


def test_long_values_that_differ_look_different(copy: Copy) -> None:
    def study(described: dict[str, Any]) -> None:
        described["pruning"] += " And then some."

    copy.rewrite(study)
    change = found(copy)["pruning"]
    assert change.before != change.after
    assert change.before is not None
    assert len(change.before) < 60


def test_nested_values_become_names() -> None:
    assert flat({"a": {"b": 1, "c": {"d": [1, 2]}}, "e": None, "device_seconds": 3.0}) == {"a.b": 1, "a.c.d": [1, 2]}
