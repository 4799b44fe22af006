"""What `python -m suite.status` says of a study, from its study.json and its run directories."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from suite import status
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal

INSTANCE = Path(__file__).parent / "instances" / "before" / "runs"
SEARCHED = {"search": {"dimensions": {"learning_rate": {}}}}


def said(workspace: Path, capsys: pytest.CaptureFixture[str], **changes: Any) -> list[list[str]]:
    """The words of each candidate's line."""
    study = {
        "study": "tiny", "instance": "one", "state": "finished", "seeds": 2, "trials": 5, "trials_counted": 5,
        "tracks": ["shared", "tuned"], "candidates": {"mlp": SEARCHED, "lenet5": SEARCHED},
    }  # fmt: skip
    write_json(workspace / "runs" / "tiny" / "one" / "study.json", study | changes)
    assert status.main([f"workspace={workspace}"]) == 0
    return [line.split() for line in capsys.readouterr().out.splitlines()[1:]]


def test_what_is_planned_is_what_the_report_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = ["search", "0/5,", "final", "0/4"]
    assert said(tmp_path, capsys) == [["mlp", *whole], ["lenet5", *whole]]
    assert said(tmp_path, capsys, trials_counted=7)[0][2] == "0/7,", "where every candidate has more, all count"
    assert said(tmp_path, capsys, trials_counted=3)[0][2] == "0/3,", "a time limit stopped the search"
    assert said(tmp_path, capsys, tracks=["shared"])[0][1:] == ["search", "0/0,", "final", "0/2"]


def test_a_checkpoint_that_is_replaced_meanwhile_counts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").write_text("12345")
    monkeypatch.setattr(os, "walk", lambda top: [(str(top), [], ["gone", "here"])])
    assert status.disk_bytes(tmp_path) == 5


def test_what_has_nothing_to_search_waits_for_no_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    candidates = {"mlp": {"search": {"dimensions": {}}}, "lenet5": SEARCHED}
    lines = said(tmp_path, capsys, candidates=candidates)
    assert [line[2] for line in lines] == ["0/0,", "0/5,"]


def test_a_finished_study_that_lacks_a_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its folder was deleted, so that it trains again."""
    shutil.copytree(INSTANCE, tmp_path / "runs")
    (path,) = tmp_path.glob("runs/*/*/study.json")
    write_json(path, read_json(path) | {"state": "finished"})

    def printed() -> list[str]:
        assert status.main([f"workspace={tmp_path}"]) == 0
        return capsys.readouterr().out.splitlines()

    assert ": finished," in printed()[0]
    shutil.rmtree(next(tmp_path.glob("runs/*/*/mlp/tuned/final/0")))
    first, *_, last = printed()
    assert ": 1 of its 6 runs missing; the same command trains them," in first
    assert last.strip() == read_json(path)["command"]


def test_a_study_that_never_ran_here_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"no study has run in .*: name the folder in which it ran with workspace=DIR"):
        status.main([f"workspace={tmp_path}", "study=tiny"])


def test_runs_that_are_not_planned_any_more_count_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two trials and a final run of each candidate lie on disk; the plan has shrunk to one trial."""
    shutil.copytree(INSTANCE, tmp_path / "runs")
    (path,) = tmp_path.glob("runs/*/*/study.json")
    for trials in (2, 1):
        write_json(path, read_json(path) | {"trials": trials, "trials_counted": trials})
        assert status.main([f"workspace={tmp_path}"]) == 0
        lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
        assert {tuple(line[1:]) for line in lines} == {("search", f"{trials}/{trials},", "final", "1/1")}
