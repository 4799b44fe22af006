"""Files and folders that are whole or as they were."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from suite.core import durable
from suite.core.durable import PARTIAL, leftovers, plain, read_json, replacing, write_json, write_text


def test_a_file_takes_the_place_of_the_old_one_at_the_end_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    write_text(path, "old")
    with replacing(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
        assert partial.parent == path.parent, "a rename within one folder is atomic"
        assert partial.suffix == ".txt", "some writers go by it"
    assert path.read_text() == "new"
    assert [found.name for found in path.parent.iterdir()] == ["file.txt"]


def break_off(path: Path, error: type[BaseException], folder: bool = False) -> None:
    """Write half of it, then fail."""
    with replacing(path) as partial:
        if folder:
            partial.mkdir()
        (partial / "half" if folder else partial).write_text("half")
        raise error


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "file"
    write_text(path, "old")
    with pytest.raises(error):
        break_off(path, error)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_a_folder_too(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    for text in ("old", "new"):
        with replacing(path) as partial:
            partial.mkdir()
            (partial / text).write_text(text)
    assert [found.name for found in path.iterdir()] == ["new"]
    with pytest.raises(OSError):  # noqa: PT011
        break_off(path, OSError, folder=True)
    assert [found.name for found in path.iterdir()] == ["new"]
    assert not list(tmp_path.glob(f"{PARTIAL}*"))


def test_what_is_written_is_on_the_disk_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = durable._sync_one, os.replace
    monkeypatch.setattr(durable, "_sync_one", lambda path: done.append(f"sync {path.name[-6:]}") or sync(path))
    monkeypatch.setattr(os, "replace", lambda a, b: done.append("rename") or rename(a, b))
    write_text(tmp_path / "a.text", "x")
    assert done == ["sync a.text", "rename", f"sync {tmp_path.name[-6:]}"]
    done.clear()
    with replacing(tmp_path / "folder") as partial:
        partial.mkdir()
        (partial / "inside").write_text("x")
    assert done == ["sync inside", "sync folder", "rename", f"sync {tmp_path.name[-6:]}"]
    done.clear()
    write_text(tmp_path / "b", "x", sync=False)
    assert done == ["rename"]


KILLED = """
import os, signal, sys
from pathlib import Path
from suite.core.durable import replacing
with replacing(Path(sys.argv[1])) as partial:
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_is_found_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    (left,) = leftovers(tmp_path)
    assert left.read_text() == "half"
    with replacing(path) as partial:
        partial.write_text("mine")
        assert leftovers(tmp_path) == [left], "this process' own unfinished file is not left over"


def test_json_is_whole_plain_and_ends_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"x": np.float32(0.5), "n": float("nan"), "p": Path("a"), "t": (1, np.int64(2)), 3: True})
    assert read_json(path) == {"x": 0.5, "n": None, "p": "a", "t": [1, 2], "3": True}
    assert path.read_text().endswith("}\n")


def test_plain_values() -> None:
    assert plain({"a": {1}, "b": float("inf"), "c": np.float64("-inf"), "d": None, "e": np.bool_(True)}) == {
        "a": [1], "b": None, "c": None, "d": None, "e": True,
    }  # fmt: skip
    assert json.dumps(plain([np.int32(1), "text", b"bytes".decode()])) == '[1, "text", "bytes"]'


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "one\r\ntwo\n")
    assert (tmp_path / "a").read_bytes() == b"one\r\ntwo\n"
