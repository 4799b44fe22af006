"""What is measured after a result: its figures stand among the result's, and only those of the same training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from suite.core.evaluation import copy_name, figures, is_complete, read_evaluation, write_evaluation
from suite.core.result import read_result, write_result
from tests.core.test_result import RESULT_OF_A_RUN

ERRORS = {"fog/1": 0.25, "fog/5": 0.75, "snow/1": 0.5, "snow/5": 0.9}


def test_means_over_all_and_over_each_kind() -> None:
    found = figures(ERRORS)
    assert found == pytest.approx(
        {"corruption_error": 0.6, "corruption_error_fog": 0.5, "corruption_error_snow": 0.7}
    )  # fmt: skip


def test_a_result_is_read_with_them_and_stays_as_it_is_on_disk(tmp_path: Path) -> None:
    write_result(tmp_path, RESULT_OF_A_RUN)
    before = (tmp_path / "result.json").read_bytes()
    assert read_result(tmp_path) == RESULT_OF_A_RUN
    write_evaluation(tmp_path, RESULT_OF_A_RUN.ended_at, ERRORS)
    found = read_result(tmp_path)
    assert found is not None
    assert found == replace(RESULT_OF_A_RUN, metrics={**RESULT_OF_A_RUN.metrics, **figures(ERRORS)})
    assert (tmp_path / "result.json").read_bytes() == before


def test_of_another_training_they_do_not_count(tmp_path: Path) -> None:
    write_result(tmp_path, replace(RESULT_OF_A_RUN, ended_at=3.0))
    write_evaluation(tmp_path, 2.0, ERRORS)
    found = read_result(tmp_path)
    assert found is not None
    assert "corruption_error" not in found.metrics
    assert read_evaluation(tmp_path, 3.0) is None
    assert not is_complete(tmp_path, 3.0, ERRORS)


def test_complete_is_what_was_asked_for_and_nothing_else(tmp_path: Path) -> None:
    write_evaluation(tmp_path, 2.0, ERRORS)
    assert is_complete(tmp_path, 2.0, list(ERRORS))
    assert not is_complete(tmp_path, 2.0, [*ERRORS, "jpeg/1"])
    assert not is_complete(tmp_path, 2.0, list(ERRORS)[:2]), "its means are of more"


def test_copies_of_another_version_have_another_name() -> None:
    assert (copy_name("fog", 3), copy_name("fog", 3, 2)) == ("fog/3", "fog/3/2")
