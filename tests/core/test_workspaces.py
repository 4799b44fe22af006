"""A workspace's name in stores that others share: a moved one keeps it, a copy gets its own."""

from __future__ import annotations

import getpass
import json
import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from suite.core.workspaces import FILE, workspace_name


@pytest.fixture
def first(tmp_path: Path) -> Path:
    (tmp_path / "first").mkdir()
    workspace_name(tmp_path / "first")
    return tmp_path / "first"


def test_a_name_stays_and_tells_whose_it_is(first: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    assert workspace_name(first) == workspace_name(first)
    assert workspace_name(first).rpartition("-")[0] == getpass.getuser()
    assert workspace_name(tmp_path / "second") != workspace_name(first)


def test_all_who_ask_at_once_hear_one_name(tmp_path: Path) -> None:
    """As the projections do, each in a thread of its own."""
    for number in range(5):
        workspace = tmp_path / str(number)
        workspace.mkdir()
        with ThreadPoolExecutor(4) as threads:
            assert len(set(threads.map(workspace_name, [workspace] * 4))) == 1


def test_a_moved_workspace_keeps_its_name(first: Path, tmp_path: Path) -> None:
    name, moved = workspace_name(first), tmp_path / "moved"
    first.rename(moved)
    assert workspace_name(moved) == name
    shutil.copytree(moved, first)
    assert workspace_name(first) != name, "a copy of the moved one, in the place of the first"
    assert workspace_name(moved) == name


def test_a_copy_gets_its_own_and_leaves_the_first_alone(first: Path, tmp_path: Path) -> None:
    name, copy = workspace_name(first), tmp_path / "copy"
    shutil.copytree(first, copy)
    before = (first / FILE).read_bytes()
    other = workspace_name(copy)
    assert other != name
    assert (workspace_name(copy), workspace_name(first)) == (other, name)
    assert (first / FILE).read_bytes() == before


@pytest.mark.parametrize("where", ["first", "elsewhere"])
def test_a_copy_on_another_machine_gets_its_own(
    where: str, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, sent = workspace_name(first), tmp_path / "sent"
    shutil.copytree(first, sent)
    shutil.rmtree(first)  # what is there is out of sight
    sent.rename(tmp_path / where)
    monkeypatch.setattr(platform, "node", lambda: "another")
    other = workspace_name(tmp_path / where)
    assert other != name
    assert workspace_name(tmp_path / where) == other


def test_the_same_folder_seen_from_another_machine_is_no_copy(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = workspace_name(first)
    monkeypatch.setattr(platform, "node", lambda: "another")
    assert workspace_name(first) == name
    monkeypatch.setattr(platform, "node", lambda: "a third")
    assert workspace_name(first.rename(tmp_path / "mounted elsewhere")) == name


def test_a_copy_of_somebody_whose_folders_are_closed_gets_its_own(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, copy = workspace_name(first), tmp_path / "copy"
    shutil.copytree(first, copy)
    first.rename(tmp_path / "out of sight")
    monkeypatch.setattr(getpass, "getuser", lambda: "you")
    assert workspace_name(copy).startswith("you-")
    assert workspace_name(copy) != name


def test_a_record_that_says_less_is_still_good(first: Path) -> None:
    name, record = workspace_name(first), json.loads((first / FILE).read_text())
    (first / FILE).write_text(json.dumps({"name": name, "place": record["place"]}))
    assert workspace_name(first) == name
    assert json.loads((first / FILE).read_text()) == record


def test_a_user_without_a_name_has_one_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise OSError("no such user")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert workspace_name(tmp_path).startswith("somebody-")


def test_a_damaged_record_is_replaced(first: Path) -> None:
    (first / FILE).write_text("{")
    assert workspace_name(first) == workspace_name(first)
