"""What is left out in training, measured before it, and computed again, on JAX: Keras has one backend to a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_blocks_and_recomputing_hold_on_jax() -> None:
    root = Path(__file__).parents[3]
    blocks = [f"tests/models/blocks/test_{name}.py" for name in ("drop_block", "whitening", "partial_identity")]
    places = [*blocks, "tests/models/test_recomputing.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *places]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
