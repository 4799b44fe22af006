"""The tables of what was timed, by numbers that a reader can check."""

from __future__ import annotations

import json
from pathlib import Path

from suite.bench.contestants.job import SIDE, Job
from suite.bench.rounds import Entry, Measured
from suite.bench.tables import policy_table, side_by_side, write

SPEEDS = {
    "suite float32": ("suite_loop", 4.0),
    "fit float32": ("keras_fit", 2.0),
    "torch float32": ("torch_peers", 5.0),
    "suite mixed_bfloat16": ("suite_loop", 6.0),
    "torch mixed_bfloat16": ("torch_peers", 3.0),
}


def timed(name: str, module: str, speed: float, precision: str = "float32") -> Measured:
    return Measured(Entry(name, module, Job("resnet20", precision=precision)), [speed] * 3)


def found() -> list[Measured]:
    rows = [timed(name, module, speed, name.split()[1]) for name, (module, speed) in SPEEDS.items()]
    return [*rows, timed("limit mixed_bfloat16", "matrix_product", 10.0, "mixed_bfloat16")]


def test_the_suites_best_is_held_against_the_others_best() -> None:
    table = side_by_side([found()])
    row = dict(zip(table.headings, table.rows[0], strict=True))
    assert row["suite / fit"] == "3.00"
    assert row["suite / torch"] == "1.20"
    assert row["suite float32"] == "512 ± 0"
    assert "suite against torch: geometric mean 1.20, least 1.20" in table.notes


def test_factors_are_averaged_as_factors() -> None:
    """Half and twice as fast are as fast, on the whole."""
    pairs = [[timed("suite", "suite_loop", suite), timed("fit", "keras_fit", 2.0)] for suite in (1.0, 4.0)]
    assert "suite against fit: geometric mean 1.00, least 0.50" in side_by_side(pairs).notes


def test_the_share_of_the_limit_counts_three_passes() -> None:
    row = side_by_side([found()]).rows[0]
    macs = 40_813_184  # of ResNet-20 at 32x32x3, as pinned
    assert row[-1] == f"{6.0 / 10.0 * 6 * macs * 128 / (2 * SIDE**3):.0%}"


def test_without_peers_nothing_is_held_against_them() -> None:
    table = side_by_side([[timed("suite float32", "suite_loop", 4.0)]])
    assert table.rows[0][-3:] == ["–", "–", "–"]
    assert len(table.notes) == 1


def test_policies_are_held_against_the_first() -> None:
    table = policy_table([[timed("none", "suite_loop", 4.0), timed("mixup", "suite_loop", 3.0)]])
    assert [row[-1] for row in table.rows] == ["1.00", "0.75"]


def test_the_files_hold_every_round(tmp_path: Path) -> None:
    write(tmp_path / "bench", side_by_side([found()]), [found()], threads=2)
    content = json.loads((tmp_path / "bench" / "bench.json").read_text())
    assert [len(entry["rounds"]) for entry in content["steps_per_second"]] == [3] * 6
    assert content["steps_per_second"][0]["job"]["architecture"] == "resnet20"
    assert "| resnet20 |" in (tmp_path / "bench" / "bench.md").read_text()
    assert "resnet20" in (tmp_path / "bench" / "bench.svg").read_text()
