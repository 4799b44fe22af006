"""What a Ray cluster is told of who joins it."""

from __future__ import annotations

import subprocess
import sys

import pytest

JOINS = """
import ray
from suite.executors.cluster import RayOptions
from suite.executors.joining import join

cluster = join(RayOptions(cpus=1))
print(ray._private.state.jobs())
cluster.leave()
"""


@pytest.mark.slow
def test_a_password_that_was_typed_is_not_in_the_clusters_list_of_jobs() -> None:
    words = ["storage.mlflow=postgresql://me:canary-typed@host/x", "study=tiny"]
    done = subprocess.run([sys.executable, "-c", JOINS, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "study=tiny" in done.stdout, "the command is listed"
    assert "canary" not in done.stdout
