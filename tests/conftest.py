"""What all tests share: the backend, a quiet TensorFlow, and the place of the real image sets."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the real image sets, in their publishers' layouts; SUITE_TEST_DATA names it."""
    root = os.environ.get("SUITE_TEST_DATA")
    assert root, "tests marked realdata need SUITE_TEST_DATA: the folder that holds cifar-10-batches-py and mnist.npz"
    return Path(root)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this repository's published reports; tests only read it."""
    from suite import site

    folder = tmp_path_factory.mktemp("site") / "site"
    assert site.main([f"workspace={Path(__file__).parent.parent}", f"folder={folder}"]) == 0
    return folder


@pytest.fixture(autouse=True)
def float32_again() -> Iterator[None]:
    """A run in half precision leaves Keras' global policy behind; the next test starts from float32."""
    yield
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_dtype_policy("float32")
