"""What acts in and after the optimizer's step, on JAX: Keras has one backend to a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_lookahead_and_the_rate_of_offsets_hold_on_jax() -> None:
    root = Path(__file__).parents[3]
    places = [f"tests/training/updates/test_{name}.py" for name in ("lookahead", "bias_rate")]
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-m", "not slow", *places]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
