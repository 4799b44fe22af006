"""Tests that hold on either backend, here on JAX: Keras has one backend to a process, so these have their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

QUICK, ALL = "not slow", "slow or not slow"
UPDATES, BLOCKS = "tests/training/updates", "tests/models/blocks"
PLACES = {
    "augmentation": (["tests/training/augment", "tests/training/pixels", "tests/training/test_batch.py"], QUICK),
    "crops of larger images": (["tests/training/test_larger.py"], ALL),
    "updates": ([f"{UPDATES}/test_{name}.py" for name in ("lookahead", "bias_rate")], QUICK),
    "blocks": (
        [f"tests/models/blocks/test_{name}.py" for name in ("drop_block", "whitening", "partial_identity")],
        QUICK,
    ),
    "recomputing": (["tests/models/test_recomputing.py"], QUICK),
}


@pytest.mark.parametrize("name", PLACES)
def test_it_holds_on_jax(name: str) -> None:
    root = Path(__file__).parents[1]
    files, marks = PLACES[name]
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-m", marks, *files]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
