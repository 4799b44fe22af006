from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["keras.py", "tensorflow.py", "random.py", "numpy.py", "queue.py", "tempfile.py"])
def test_a_file_that_hides_a_library_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("print('mine')\n")
    done = command(tmp_path, "-m", "suite.data")
    stem = name.removesuffix(".py")
    assert done.returncode == 2
    assert done.stderr.startswith(f"refused: {tmp_path / name} hides the library {stem!r} from Python")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_package_hides_as_a_file_does_and_a_folder_does_not(tmp_path: Path) -> None:
    (tmp_path / "keras").mkdir()
    assert command(tmp_path, "-m", "suite.data").returncode == 0
    (tmp_path / "keras" / "__init__.py").write_text("")
    assert f"{tmp_path / 'keras'} hides the library 'keras'" in command(tmp_path, "-m", "suite.data").stderr


@pytest.mark.parametrize("name", ["os.py", "mine.py", "test.py", "turtle.py", "random.txt", "suite_notes.py"])
def test_other_files_are_let_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")
    done = command(tmp_path, "-m", "suite.data")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_program_of_ones_own_learns_it_as_an_error_of_importing(tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("")
    done = command(tmp_path, "-c", "import suite.data")
    assert "ImportError: " in done.stderr
    assert "random.py hides the library 'random'" in done.stderr
