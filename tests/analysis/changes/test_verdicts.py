from __future__ import annotations

from typing import Any

from suite.analysis.changes.verdicts import claim_changes
from suite.analysis.folder import reading
from tests.analysis.changes.conftest import Copy, misread


def test_a_verdict_that_turns_is_a_change_and_numbers_alone_are_none(copy: Copy) -> None:
    copy.rewrite(arrays=misread("lenet5", 2))
    (claim,) = claim_changes(reading.read(copy.source), reading.read(copy.folder))
    assert not claim.changed
    copy.rewrite(arrays=misread("mlp", 100))
    (claim,) = claim_changes(reading.read(copy.source), reading.read(copy.folder))
    assert claim.changed
    assert claim.before is not None
    assert claim.after is not None
    assert (claim.before.verdict, claim.after.verdict) == ("not decided", "supported")


def test_claims_come_go_and_are_tested_otherwise(copy: Copy) -> None:
    def study(described: dict[str, Any]) -> None:
        first = described["claims"][0]
        described["claims"] = [{**first, "margin": 0.5}, {**first, "text": "Another."}]

    copy.rewrite(study)
    old, new = reading.read(copy.source), reading.read(copy.folder)
    told = [(claim.text[:7], claim.changed, claim.before is None) for claim in claim_changes(old, new)]
    assert told == [("A convo", True, False), ("Another", True, True)]
    assert [claim.after is None for claim in claim_changes(new, old)] == [False, True]
