from __future__ import annotations

import pytest

from suite.core.arrangement import ALWAYS, COLUMNS, SORTS, Arrangement
from suite.core.refusals import Refusal


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        (("year",), ("candidate", "test_error", "balanced_error", "seeds", "year", "note")),
        (("rank", "year"), ("rank", "candidate", "test_error", "balanced_error", "seeds", "year", "note")),
        (("candidate", "rank"), ("candidate", "rank", "test_error", "balanced_error", "seeds", "note")),
        (("note", "seeds"), ("candidate", "test_error", "balanced_error", "note", "seeds")),
        (COLUMNS, COLUMNS),
    ],
)
def test_what_must_not_be_left_out_stays(asked: tuple[str, ...], places: tuple[str, ...]) -> None:
    assert Arrangement(asked).places == places
    assert set(ALWAYS) <= set(places)


def test_only_what_was_asked_for_is_described() -> None:
    assert Arrangement().as_mapping() == {}
    assert Arrangement().places is None
    assert Arrangement(("year",), "year").as_mapping() == {"columns": ["year"], "sort": "year"}


def test_unknown_names_are_refused_with_all_that_there_are() -> None:
    with pytest.raises(Refusal) as refused:
        Arrangement(("rank", "yaer"))
    assert "table.columns: there is no 'yaer', but there are, nearest first: year, " in str(refused.value)
    assert all(name in str(refused.value) for name in COLUMNS)
    with pytest.raises(Refusal) as refused:
        Arrangement(sort="test_error")
    assert all(name in str(refused.value) for name in SORTS)
    with pytest.raises(Refusal, match=r"table\.columns has year twice"):
        Arrangement(("year", "rank", "year"))


@pytest.mark.parametrize("accuracy", [0.0, 1.0, 94.0, -0.1])
def test_what_is_no_accuracy_is_refused(accuracy: float) -> None:
    with pytest.raises(Refusal, match=r"expected accuracies between 0 and 1, such as 0\.9, not"):
        Arrangement(reach=(0.5, accuracy))
