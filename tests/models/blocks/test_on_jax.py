"""What is left out in training, and computed again, on JAX: Keras has one backend to a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_drop_block_and_recomputing_hold_on_jax() -> None:
    root = Path(__file__).parents[3]
    places = ["tests/models/blocks/test_drop_block.py", "tests/models/test_recomputing.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *places]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
