from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from suite.core import directories
from suite.core.instances import choose, find, instances
from suite.core.refusals import Refusal


def describe(workspace: Path, instance: str, started_at: float | str = 1.0, **fields: str) -> Path:
    """An instance of the study `made` with a description and one session."""
    directory = directories.instance_directory(workspace, "made", instance)
    directory.mkdir(parents=True)
    (directory / directories.STUDY).write_text(json.dumps({"instance": instance, **fields}), encoding="utf-8")
    session = json.dumps({"started_at": started_at})
    (directory / directories.SESSIONS).write_text(f'{session}\n{{"torn', encoding="utf-8")
    return directory


def test_the_instance_that_ran_last_is_the_default(tmp_path: Path) -> None:
    describe(tmp_path, "a", 2000.0, budget="smoke")
    describe(tmp_path, "b", 1000.0, budget="laptop")
    assert instances(tmp_path, "made") == ["b", "a"]
    assert find(tmp_path, "made").name == "a"
    assert find(tmp_path, "made", "b").name == "b"
    assert choose(tmp_path, "made", {"budget": "laptop"}) == "b"
    assert choose(tmp_path, "made", {"budget": "laptop", "instance": "b"}) == "b"
    assert choose(tmp_path, "made", {}) is None


def test_sessions_may_name_their_time_in_words(tmp_path: Path) -> None:
    describe(tmp_path, "late", "2026-01-02T00:00:00+00:00")
    describe(tmp_path, "early", "2026-01-01T00:00:00+00:00")
    without = describe(tmp_path, "oldest")
    (without / directories.SESSIONS).unlink()
    os.utime(without / directories.STUDY, (1.0, 1.0))
    assert instances(tmp_path, "made") == ["oldest", "early", "late"]


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"workspace=DIR, or start it with python -m suite\.run study=made"):
        find(tmp_path, "made")
    describe(tmp_path, "cifar10-laptop", budget="laptop")
    with pytest.raises(Refusal, match=r"unknown study in .* 'mode'\. Did you mean 'made'"):
        find(tmp_path, "mode")
    misspelt = r"unknown instance of made 'cifar10-latpop'\. Did you mean 'cifar10-laptop'"
    with pytest.raises(Refusal, match=misspelt):
        find(tmp_path, "made", "cifar10-latpop")
    with pytest.raises(Refusal, match=misspelt):
        choose(tmp_path, "made", {"instance": "cifar10-latpop"})
    with pytest.raises(Refusal, match=r"no instance with budget=full; it has: cifar10-laptop"):
        choose(tmp_path, "made", {"budget": "full"})
