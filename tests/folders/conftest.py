"""The two commands that look at a folder before anything trains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import suite.data.__main__ as inspection
import suite.run
from suite.commandline import enter

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def inspect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`python -m suite.data path=...`: exit code, output and errors."""

    def call(root: Path, *arguments: str) -> tuple[int, str, str]:
        code = enter(inspection.main, inspection.HELP, [f"path={root}", f"workspace={tmp_path / 'ws'}", *arguments])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`python -m suite.run study=quickstart dataset=folder dry_run=true`, which goes as far as the plan."""

    def call(root: Path, *arguments: str) -> tuple[int, str, str]:
        where = [f"data.path={root}", f"workspace={tmp_path / 'ws'}", "data.image_size=32", "recipe.batch_size=8"]
        given = ["study=quickstart", "dataset=folder", "dry_run=true", "offline=true", *where, *arguments]
        code = enter(suite.run.main, suite.run.HELP, given)
        return code, *capsys.readouterr()

    return call
