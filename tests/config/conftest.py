"""Studies written for one test, composed as the command line composes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from suite.config.compose import compose
from suite.config.study import Study, study_from

Write = Callable[..., Study]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the study `mine` into the current folder's studies/ and compose it with overrides."""
    (tmp_path / "studies").mkdir()
    monkeypatch.chdir(tmp_path)

    def write(text: str, *overrides: str) -> Study:
        (tmp_path / "studies" / "mine.yaml").write_text(text)
        return study_from(compose(["study=mine", *overrides]))

    return write
