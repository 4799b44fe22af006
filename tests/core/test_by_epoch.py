from __future__ import annotations

from pathlib import Path

from suite.core.by_epoch import read_tested, write_tested


def test_what_was_seen_is_read_again(tmp_path: Path) -> None:
    assert read_tested(tmp_path) == []
    write_tested(tmp_path, [None, 0.5, 0.625])
    assert read_tested(tmp_path) == [None, 0.5, 0.625]
