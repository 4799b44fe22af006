from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from suite.core.home import ensure_home

NOBODY = (
    "import os, pwd, runpy, sys\n"
    "def unknown(number): raise KeyError(number)\n"
    "pwd.getpwuid = unknown\n"
    "os.environ.pop('HOME', None); os.environ.pop('KERAS_HOME', None)\n"
    "sys.argv = sys.argv[1:]\n"
    "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
)
"""A user whom the system does not know, as in a container that is started with a number."""


def test_a_home_that_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    ensure_home(tmp_path)
    assert os.environ["HOME"] == "/somewhere"
    assert list(tmp_path.iterdir()) == []


def test_without_one_it_is_below_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("HOME")
    ensure_home(tmp_path)
    assert Path.home() == tmp_path / "cache" / "home"
    assert Path.home().is_dir()


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["suite.data", "name=digits", "workspace=ws"], 0, "1,797 images"),
        (["suite.data", "name=cifar10", "offline=true", "workspace=ws"], 2, "ws/cache/home/.keras/datasets"),
        (["suite.run", "study=quickstart", "dry_run=true", "workspace=ws"], 0, "runs to train"),
        (["suite.status", "workspace=ws"], 0, ""),
    ],
)
def test_commands_work_without_a_home(command: list[str], code: int, said: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "KERAS_HOME")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", NOBODY, *command],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert said in done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] in (["ws"], [])
