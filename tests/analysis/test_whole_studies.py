"""Whole studies with a planted truth, from their YAML to the report's verdicts: what they decide, and how falsely."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from suite.analysis import rendering
from suite.analysis.comparing.claims import judgements
from suite.analysis.comparing.differences import to_first
from suite.analysis.comparing.ordering import order
from suite.analysis.folder import reading
from suite.analysis.statistics.deciding import components, smallest_difference
from suite.analysis.statistics.verdicts import SUPPORTED, UNDECIDED
from suite.analysis.table.columns import table
from suite.bench.threaded import ThreadedExecutor
from suite.config.compose import compose
from suite.config.study import study_from
from suite.core.directories import HISTORY, PREDICTIONS
from suite.core.durable import write_json
from suite.core.outcomes import Outcome
from suite.study import session
from suite.study.outlook import look
from tests.analysis.simulated import IMAGE, OWN_IMAGE, accuracy, draw

STUDIES, SEEDS, IMAGES, SPREAD, SKILL = 200, 5, 359, 0.06, 1.0
CANDIDATES = ("even", "equal", "worse")
TRUE_RANKS = {"even": (1, 2), "equal": (1, 2), "worse": (3, 3)}
YAML = f"""
title: Two equals and one behind
dataset: digits
recipe: {{base: standard, flip: false}}
intervals: INTERVALS
candidates: {{{", ".join(f"{name}: {{architecture: mlp}}" for name in CANDIDATES)}}}
claims:
  - {{text: One of two equals is better., better: even, than: equal}}
  - {{text: The one behind is behind., better: even, than: worse}}
budgets: {{laptop: {{seeds: {SEEDS}, recipe: {{epochs: 1}}, search: {{trials: 2}}}}}}
"""


EXCEEDS = 1.2
"""How many times the smallest difference that such a study declares to see, the third lies behind."""


def behind() -> float:
    """The skill of the third."""
    tables = draw(np.random.default_rng(0), np.full(2, SKILL), 60, 20_000, SPREAD)
    effect = EXCEEDS * smallest_difference(*components(*tables).variance(SEEDS, IMAGES))
    return float(brentq(lambda skill: accuracy(SKILL, SPREAD) - accuracy(skill, SPREAD) - effect, -1, SKILL))


class Planted:
    """Stands in the trainer's place: predictions as the probit model of `tests.analysis.simulated` draws them."""

    def __init__(self, number: int, skills: dict[str, float]) -> None:
        rng = np.random.default_rng([7, number])
        self.skills, self.labels = skills, rng.integers(0, 10, IMAGES)
        easy = IMAGE * rng.standard_normal(IMAGES)
        self.easy = {name: easy + OWN_IMAGE * rng.standard_normal(IMAGES) for name in skills}

    def train(self, spec: Any, directory: Path, on_epoch: Any, on_passed_over: Any) -> dict[str, Any]:
        name = next(part for part in reversed(directory.parts) if part in CANDIDATES)  # above the attempt
        rng = np.random.default_rng([CANDIDATES.index(name), spec.seeds["initial"]])
        skill = self.skills[name] + SPREAD * rng.standard_normal()
        right = self.easy[name] + skill + rng.standard_normal(IMAGES) > 0
        row = {"epoch": 1, "timestamp_ms": 1, "train_loss": 1.0, "images_per_second": 1.0, "learning_rate": 0.1}
        row["val_accuracy"] = float(rng.normal(0.7, 0.02))
        on_epoch(row)
        write_json(directory / HISTORY, [row])
        if spec.final:
            predicted = np.where(right, self.labels, (self.labels + 1) % 10)
            arrays = {"confidence": rng.uniform(0.3, 1, IMAGES), "top5_hit": right, "label": self.labels}
            np.savez(directory / PREDICTIONS, predicted=predicted, **arrays)  # type: ignore[arg-type]
        tested = {"test_accuracy": float(right.mean())} if spec.final else {}
        return {
            "outcome": Outcome.COMPLETED, "epochs": 1, "fingerprint": "planted", "device_seconds": 1.0,
            "val_accuracy": row["val_accuracy"], **tested,
        }  # fmt: skip

    def evaluate(self, *_: Any) -> None:
        raise AssertionError("nobody asked for that")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Path]:
    """An empty workspace, the current folder."""
    before = Path.cwd()
    (tmp_path / "studies").mkdir()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def carried_out(number: int, skills: dict[str, float], workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole study, without projections; returns its report's folder."""
    planted = Planted(number, skills)
    monkeypatch.setattr(session, "executor", lambda *_: ThreadedExecutor(lambda: planted))
    monkeypatch.setattr(session, "openers", lambda _: {})
    study = study_from(compose([f"study=planted{number}", "threads=1", f"study_seed={number}"]))
    folder = workspace / "reports" / study.name
    end = session.carry_out(look(study), lambda: rendering.refresh(workspace, study.name, folder=folder))
    assert end.state == "finished"
    assert not end.failed
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("intervals", ["lent", "own"])
def test_what_whole_studies_decide(there: Path, monkeypatch: pytest.MonkeyPatch, intervals: str) -> None:
    skills, found = {"even": SKILL, "equal": SKILL, "worse": behind()}, Counter[str]()
    for number in range(STUDIES):
        path = there / "studies" / f"planted{number}.yaml"
        path.write_text(YAML.replace("INTERVALS", intervals), encoding="utf-8")
        found += judged(reading.read(carried_out(number, skills, there, monkeypatch)))
    effect = 100 * (accuracy(SKILL, SPREAD) - accuracy(skills["worse"], SPREAD))
    shares = {name: count / STUDIES for name, count in found.items()}
    print(f"{STUDIES} studies, {intervals} spreads, effect {effect:.2f} points: {shares}")
    chance = 2 * math.sqrt(0.05 * 0.95 / STUDIES)
    for name in ("false claim", "false table", "false rank"):
        assert shares.get(name, 0.0) <= 0.05 + chance, name
    assert shares["decided claim"] >= 0.80
    assert shares.get("false direction", 0.0) <= 0.01


def judged(records: reading.Records) -> Counter[str]:
    """What one study has decided, and what of it is false."""
    equals, apart = judgements(records)
    rows = table(records)
    first, differences, ranks = str(rows.candidate.iloc[0]), to_first(records, rows), order(records, rows)
    decided = set(differences.candidate[differences.decided.astype(bool)])
    wrong = decided & {"even", "equal"} if first == "worse" else decided & ({"even", "equal"} - {first})
    held = all(low <= a and b <= high for low, high, (a, b) in
               zip(ranks.low, ranks.high, map(TRUE_RANKS.__getitem__, ranks.candidate), strict=True))  # fmt: skip
    return Counter(
        {
            "false claim": int(equals.verdict != UNDECIDED),
            "false table": int(bool(wrong)),
            "false rank": int(not held),
            "decided claim": int(apart.verdict == SUPPORTED),
            "false direction": int(apart.verdict not in (SUPPORTED, UNDECIDED)),
            "decided table": int("worse" in decided),
        }
    )
