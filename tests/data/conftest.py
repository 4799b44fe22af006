"""Tests find only the data that they made themselves."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.data.made_up import mnist_arrays


@pytest.fixture(autouse=True)
def _no_data_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests find only what they made: neither a folder that the environment names nor Keras' own."""
    monkeypatch.delenv("SUITE_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture(scope="session")
def mnist_like() -> dict[str, np.ndarray]:
    return mnist_arrays()


@pytest.fixture
def environment_without_data(tmp_path: Path) -> dict[str, str]:
    """The environment of a child process that shall find nothing but what it is told of."""
    kept = {key: value for key, value in os.environ.items() if key != "SUITE_DATA_DIR"}
    return {**kept, "KERAS_HOME": str(tmp_path / "keras")}
