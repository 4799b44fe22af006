from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from suite.data.files.archives import members


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "set" / name).write_text(name * 3)
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "set", "inner/set")
    return tmp_path / "set.tar.gz"


def test_what_is_asked_for_comes_out_by_name(archive: Path) -> None:
    assert members(archive, "set", ["a", "c"]) == {"a": b"aaa", "c": b"ccc"}


def test_what_is_missing_or_damaged_is_said(archive: Path) -> None:
    with pytest.raises(ValueError, match="it lacks d"):
        members(archive, "set", ["a", "d"])
    archive.write_bytes(archive.read_bytes()[:60])
    with pytest.raises(ValueError, match=r"\w"):
        members(archive, "set", ["a"])
