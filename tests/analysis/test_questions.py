"""What a study asks that further seeds may decide, and what its report says of the looks, from fabricated records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.comparing.claims import judgements
from suite.analysis.folder import reading
from suite.analysis.pages import first_screen, interval_text, method
from suite.analysis.questions import of_instance, questions
from suite.analysis.statistics.verdicts import SUPPORTED
from suite.analysis.table import columns
from suite.core.directories import RunKey
from suite.core.planning import AUTO
from tests.analysis.conftest import Store

GIVEN = {"resnet20": 4, "plain20": 4, "lenet5": 3}


def auto(described: Callable[..., Any], **changes: Any) -> dict[str, Any]:
    return dict(described(trials=0, **{AUTO: {"most": 6, "given": {"tuned": GIVEN}}}, **changes))


def whole(store: Store, study: dict[str, Any]) -> reading.Records:
    store.whole(study)
    for name in ("resnet20", "plain20"):
        store.run(study, RunKey(name, "tuned", "final", 3))
    return reading.read(rendering.refresh(store.workspace, study["study"]))


def test_a_claim_is_asked_until_a_look_decides_it(store: Store, described: Callable[..., Any]) -> None:
    claim = {"text": "deeper", "better": "resnet20", "than": "lenet5", "metric": "test_accuracy", "margin": 0.0}
    close = {"text": "close", "equal": ["resnet20", "plain20"], "metric": "test_accuracy", "margin": 0.04}
    records = whole(store, auto(described, claims=[claim, close]))
    clear, near = questions(records)
    assert (clear.open, clear.sides, clear.seeds) == (False, ("resnet20", "lenet5"), 3)
    assert clear.says.startswith("supported with 3 seeds each, +")
    assert (near.open, near.seeds) == (True, 4)
    assert list(near.chances) == [5, 6]
    assert of_instance(store.instance(dict(records.study))) == [clear, near], "with nothing left behind"
    judged = judgements(records)[0]
    assert judged.verdict == SUPPORTED
    assert judged.reason == "looked at from 3 seeds on, with 3 of at most 6"


def test_without_claims_the_first_is_held_against_its_nearest(store: Store, described: Callable[..., Any]) -> None:
    (asked,) = questions(whole(store, auto(described, claims=[])))
    assert asked.sides[0] == "resnet20"
    assert asked.text == f"resnet20 is ahead of {asked.sides[1]}"


def test_what_cannot_be_judged_is_open_and_gets_nothing(store: Store, described: Callable[..., Any]) -> None:
    study = auto(described)
    store.whole(study)  # the fourth seeds have not run
    (asked,) = questions(reading.read(rendering.refresh(store.workspace, study["study"])))
    assert (asked.open, dict(asked.chances)) == (True, {})
    assert "resnet20 has 3 of 4 seeds" in asked.says
    with pytest.raises(ValueError, match="a fixed number of seeds"):
        questions(whole(store, described()))


def test_each_row_has_its_own_number_and_the_report_says_how(store: Store, described: Callable[..., Any]) -> None:
    records = whole(store, auto(described))
    rows = columns.table(records)
    assert dict(zip(rows.candidate, rows.seeds, strict=True)) == GIVEN
    assert rows["rank"].notna().all()
    assert "3 to 4 seeds" in first_screen.kicker(records.study)
    assert "Lan and DeMets" in interval_text.intervals([records])
    assert "3, and up to 6 where they were likely to decide" in dict(method.measured(records))["Final runs"]
    assert "seeds='{most: 6}'" in method.commands(records.study)[0]
    fixed = whole(store, described(study="fixed"))
    assert "Lan and DeMets" not in interval_text.intervals([fixed])
