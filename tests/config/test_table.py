from __future__ import annotations

import pytest

from suite.core.refusals import Refusal
from tests.config.conftest import Write

STUDY = """
dataset: digits
recipe: standard
candidates:
  mlp: {architecture: mlp}
"""


def test_a_study_arranges_its_table(written: Write) -> None:
    assert written(STUDY).table.as_mapping() == {}
    found = written(STUDY + "table: {columns: [rank, year], sort: year}\n")
    assert found.table.as_mapping() == {"columns": ["rank", "year"], "sort": "year"}
    nearer = written(STUDY + "table: {columns: [rank, year], sort: year}\n", "table.columns=[macs]", "table.sort=null")
    assert nearer.table.as_mapping() == {"columns": ["macs"]}
    assert nearer.instance == found.instance == written(STUDY).instance
    assert written(STUDY + "table: {reach: 0.9}\n").table.as_mapping() == {"reach": [0.9]}
    assert written(STUDY, "table.reach=[0.9,0.94]").table.reach == (0.9, 0.94)
    assert written(STUDY + "budgets: {smoke: {table: {sort: macs}}}\n", "budget=smoke").table.sort == "macs"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("table.columns=[yaer]", "there is no 'yaer', but there are, nearest first: year, "),
        ("table.columns=[]", "table.columns is empty: name at least one"),
        ("table.columns=3", "table.columns=3: expected a list"),
        ("table.sort=error", "table.sort: there is no 'error', but there are, nearest first: "),
        ("table.reach=[90]", "table.reach: expected accuracies between 0 and 1, such as 0.9, not 90"),
        ("table.reach=[high]", "table.reach=high: expected a number"),
        ("table.order=year", "unknown key of table 'order'. Valid, nearest first: "),
        ("table=rank", "table: expected keys and values, not 'rank'"),
    ],
)
def test_what_there_is_not_is_refused_before_anything_trains(asked: str, said: str, written: Write) -> None:
    with pytest.raises(Refusal) as refused:
        written(STUDY, asked)
    assert said in str(refused.value)


def test_an_unknown_key_is_refused(written: Write) -> None:
    with pytest.raises(Refusal, match="unknown key of table 'colums'"):
        written(STUDY + "table: {colums: [year]}\n")
