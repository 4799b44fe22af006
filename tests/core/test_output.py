from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from suite.core.output import never_fail
from tests.data.made_up import class_tree


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("ascii", "0.1 ± 0.2 × 3 … “é” 猫", '0.1 +- 0.2 x 3 ... "e" \\u732b'),
        ("latin-1", "0.1 ± 0.2 — é …", "0.1 ± 0.2 - é ..."),
        ("utf-8", "± 猫 \udce9", "± 猫 \\udce9"),
    ],
)
def test_other_characters_stand_in(encoding: str, text: str, expected: str) -> None:
    never_fail()
    assert text.encode(encoding, "suite.others") == expected.encode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_command_ends_well_whatever_the_output_can_hold(encoding: str, tmp_path: Path) -> None:
    class_tree(tmp_path / "set", {"猫": 5, "naïve": 5})
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "suite.data", "path=set", "workspace=ws"],
        cwd=tmp_path, env=environment, capture_output=True, encoding=encoding, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u732b" in done.stdout
    assert ("naive" if encoding == "ascii" else "naïve") in done.stdout
