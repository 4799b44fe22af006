"""Checkpoints: whole or absent, whatever happens to a file or a process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.core import faults
from suite.training import checkpoint
from suite.training.checkpoint import CHECKPOINTS, commit, committed_rows, latest, passed_over

ARRAYS = {"00000": np.arange(6, dtype="float32").reshape(2, 3), "00001": np.array(7, dtype="uint32")}


def write(run: Path, step: int, identity: str = "mine") -> None:
    commit(run / CHECKPOINTS, step, identity, {**ARRAYS, "step": np.array(step)}, {"rows": [{"epoch": step}]})


def newest(run: Path, identity: str = "mine") -> int | None:
    found = latest(run / CHECKPOINTS, identity)
    return None if found is None else int(found[0]["step"])


class Killed(BaseException):
    """Stands in for a kill at an event: nothing after it runs."""


def kill_at(monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    def reach(reached: str) -> None:
        if reached == event:
            raise Killed

    monkeypatch.setattr(faults, "reach", reach)


def test_round_trip_keeps_types_shapes_and_order(tmp_path: Path) -> None:
    write(tmp_path, 3)
    arrays, state = latest(tmp_path / CHECKPOINTS, "mine") or pytest.fail("nothing was found")
    assert list(arrays) == ["00000", "00001", "step"]
    for name, value in ARRAYS.items():
        assert arrays[name].dtype == value.dtype
        np.testing.assert_array_equal(arrays[name], value)
    assert state == {"rows": [{"epoch": 3}]}


def test_two_generations_are_kept(tmp_path: Path) -> None:
    for step in (1, 2, 30, 4000):
        write(tmp_path, step)
    assert sorted(path.name for path in (tmp_path / CHECKPOINTS).iterdir()) == ["0000000030", "0000004000"]


@pytest.mark.parametrize("name", ["arrays.npz", "state.json", "manifest.json"])
@pytest.mark.parametrize("harm", ["cut", "flip", "gone"])
def test_a_damaged_one_is_passed_over_for_the_older(tmp_path: Path, name: str, harm: str) -> None:
    write(tmp_path, 1)
    write(tmp_path, 2)
    path = tmp_path / CHECKPOINTS / "0000000002" / name
    data = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        data[len(data) // 2] ^= 255
        path.write_bytes(bytes(data))
    assert newest(tmp_path) == 1
    write(tmp_path, 2)
    assert newest(tmp_path) == 2


def test_another_runs_is_not_used_and_goes_with_the_next_commit(tmp_path: Path) -> None:
    write(tmp_path, 50, identity="other")
    assert newest(tmp_path) is None
    write(tmp_path, 1)
    assert [path.name for path in (tmp_path / CHECKPOINTS).iterdir()] == ["0000000001"]


@pytest.mark.parametrize(("event", "found"), [("commit.written", 2), ("commit.renamed", 3)])
def test_killed_within_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: str, found: int) -> None:
    write(tmp_path, 1)
    write(tmp_path, 2)
    with monkeypatch.context() as patch:
        kill_at(patch, event)
        with pytest.raises(Killed):
            write(tmp_path, 3)
    assert newest(tmp_path) == found
    write(tmp_path, 4)
    assert sorted(path.name for path in (tmp_path / CHECKPOINTS).iterdir()) == [f"{step:010d}" for step in (found, 4)]


def test_a_full_disk_leaves_the_older_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 1)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, 2)
    assert newest(tmp_path) == 1


def test_committed_rows_are_those_of_the_newest_whole_state(tmp_path: Path) -> None:
    assert committed_rows(tmp_path) == []
    write(tmp_path, 1)
    write(tmp_path, 2)
    assert committed_rows(tmp_path) == [{"epoch": 2}]
    (tmp_path / CHECKPOINTS / "0000000002" / "state.json").write_text("{}")
    assert committed_rows(tmp_path) == [{"epoch": 1}]


def test_a_pickle_among_the_arrays_is_not_loaded(tmp_path: Path) -> None:
    folder = tmp_path / CHECKPOINTS
    commit(folder, 1, "mine", {"a": np.array([{}], dtype=object)}, {"rows": []})
    assert latest(folder, "mine") is None


def test_what_is_passed_over_is_known(tmp_path: Path) -> None:
    folder = tmp_path / CHECKPOINTS
    write(tmp_path, 1)
    assert passed_over(folder, "mine", 1) == []
    write(tmp_path, 2)
    (folder / "0000000002" / "arrays.npz").write_bytes(b"")
    assert passed_over(folder, "mine", 1) == [None], "damaged"
    (folder / "0000000001" / "manifest.json").unlink()
    commit(folder, 3, "other", ARRAYS, {"rows": []}, {"threads": 1})
    found = passed_over(folder, "mine", 0)
    assert [manifest and manifest["made_with"] for manifest in found] == [{"threads": 1}, None]
