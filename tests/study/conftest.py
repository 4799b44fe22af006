"""A small study on the embedded digits, composed as the command line composes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.config.compose import compose
from suite.config.study import Study, study_from
from suite.core import directories
from suite.core.directories import RunKey
from suite.core.durable import write_json
from suite.core.result import finished, write_result
from suite.study.ledger import Ledger
from suite.study.opening import open_datasets

Make = Callable[..., Study]

TINY = """
title: Two networks on few digits
dataset: digits
recipe: {base: standard, flip: false, batch_size: 32}
candidates:
  mlp: {architecture: mlp}
  lenet5: {architecture: lenet5}
budgets:
  laptop:
    images_seen: 512
    data: {train_examples: 256, validation_examples: 64, test_examples: 100}
    search: {trials: 2, length: 1}
    seeds: 2
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make the study `tiny`, which lies in the current folder's studies/, with overrides."""
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "tiny.yaml").write_text(TINY)
    monkeypatch.chdir(tmp_path)

    def make(*overrides: str) -> Study:
        return study_from(compose(["study=tiny", *overrides]))

    return make


@pytest.fixture
def ledger(tiny: Make) -> Callable[..., Ledger]:
    def make(*overrides: str) -> Ledger:
        study = tiny(*overrides)
        return Ledger(study, open_datasets(study))

    return make


def finish(ledger: Ledger, key: RunKey, parameters: dict[str, Any], **fields: Any) -> None:
    """Write a run's directory as a worker would leave it."""
    ledger.open(key, parameters)
    measured = {"outcome": "completed", "epochs": 1, "val_accuracy": 0.5, "device_seconds": 8.0, **fields}
    ended_at = measured.pop("ended_at", 1010.0)
    row = {"epoch": 1, "timestamp_ms": 1_005_000, "val_accuracy": measured["val_accuracy"], "train_loss": 1.0}
    write_json(ledger.path(key) / directories.HISTORY, [row])
    asked = {**ledger.fields(key), "attempts": 1, "started_at": 1000.0}
    write_result(ledger.path(key), finished(asked, measured, ended_at))
    ledger.commit(key)
