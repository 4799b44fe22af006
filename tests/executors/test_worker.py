"""A worker's side of the protocol, without a process."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from suite.core.result import read_result
from suite.executors.worker import carry_out
from tests.executors.test_bridge import FIELDS, SPEC


class Heard:
    """A channel that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def send(self, event: str, **values: Any) -> None:
        self.said.append({"event": event, **values})

    def receive(self) -> dict[str, Any]:
        return {"stop": False}


class Fails:
    """Trains until the disk says no."""

    def __init__(self, number: int) -> None:
        self.number = number

    def train(self, *_: Any) -> dict[str, Any]:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.ESTALE, errno.ENOTCONN])
def test_a_disk_that_is_full_or_away_is_no_failure_of_the_run(number: int, tmp_path: Path) -> None:
    heard = Heard()
    order = {
        "do": "train",
        "spec": SPEC.as_mapping(),
        "directory": str(tmp_path / "run"),
        "attempt": 1,
        "fields": FIELDS,
    }
    carry_out(Fails(number), heard, order)
    assert [said["event"] for said in heard.said] == ["suspended"]
    assert os.strerror(number) in heard.said[0]["reason"]
    assert read_result(tmp_path / "run") is None
