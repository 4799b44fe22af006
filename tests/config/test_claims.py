from __future__ import annotations

from typing import Any

import pytest

from suite.config.claims import claims_from
from suite.core.refusals import Refusal

METRICS = ("test_accuracy", "test_loss")


def checked(**claim: Any) -> Any:
    return claims_from([{"text": "A claim.", **claim}], ["a", "b", "c", "d"], ["gone"], METRICS)


def test_a_claim_of_each_form_is_kept_with_its_defaults() -> None:
    common = {"text": "A claim.", "source": None, "metric": "test_accuracy", "margin": 0.0}
    assert checked(better="a", than="b") == ({**common, "better": "a", "than": "b"},)
    less = {"at_least": "a", "as": "b", "with_less": "macs"}
    assert checked(**less) == ({**common, **less},)
    assert checked(equal=["a", "b"], margin=0.01) == ({**common, "equal": ["a", "b"], "margin": 0.01},)
    assert checked(rising=["a", "b", "c"]) == ({**common, "rising": ["a", "b", "c"]},)
    pairs = [["a", "b"], ["c", "d"]]
    assert checked(gap_grows=pairs) == ({**common, "gap_grows": pairs},)


def test_a_dropped_candidate_takes_any_claim_along(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(rising=["a", "gone", "c"]) == ()
    assert checked(equal=["a", "gone"], margin=0.1) == ()
    assert checked(gap_grows=[["a", "b"], ["c", "gone"]]) == ()
    assert capsys.readouterr().err.count("candidate gone is dropped") == 3


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({}, "it needs the keys of one form: better and than; at_least and as; equal; rising; gap_grows"),
        ({"better": "a", "than": "b", "equal": ["a", "b"]}, "it needs the keys of one form"),
        ({"better": "a"}, "lacks `than`: it needs text, better and than"),
        ({"at_least": "a"}, "lacks `as`"),
        ({"better": "a", "as": "b", "than": "b"}, "`as` does not go with `better`"),
        ({"better": "a", "than": "b", "with_less": "macs"}, "`with_less` does not go with `better`"),
        ({"at_least": "a", "as": "b", "with_less": "weight"}, "with_less of a claim"),
        ({"at_least": "a", "as": "b", "margin": -0.1}, "`at_least` needs a margin of at least 0"),
        ({"equal": ["a", "b"]}, "`equal` needs a margin above 0"),
        ({"equal": ["a", "b", "c"], "margin": 0.1}, "`equal` needs a list of two different candidates"),
        ({"equal": "ab", "margin": 0.1}, "`equal` needs a list of two different candidates"),
        ({"rising": ["a"]}, "`rising` needs a list of two or more different candidates"),
        ({"rising": ["a", "a"]}, "`rising` needs a list of two or more different candidates"),
        ({"rising": [["a", "b"], ["c", "d"]]}, "`rising` needs a list of two or more different candidates"),
        ({"gap_grows": [["a", "b"]]}, "`gap_grows` needs a list of two or more pairs of different candidates"),
        ({"gap_grows": ["a", "b"]}, "`gap_grows` needs a list of two or more pairs"),
        ({"gap_grows": ["ab", "cd"]}, "`gap_grows` needs a list of two or more pairs"),
        ({"gap_grows": [["a", "b"], ["a", "c"]]}, "`gap_grows` needs a list of two or more pairs of different"),
        ({"gap_grows": [["a", "b"], ["c", "e"]]}, "candidate in a claim"),
        ({"gap_grows": [["a", "b"], ["c", "d"]], "with_less": "macs"}, "`with_less` does not go with `gap_grows`"),
        ({"better": ["a"], "than": "b"}, "better and than name one candidate each"),
        ({"rising": ["a", "e"]}, "e"),
        ({"better": "a", "than": "b", "metric": "speed"}, "metric of a claim"),
    ],
)
def test_what_is_wrong_with_a_claim_is_said(claim: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked(**claim)
    assert said in str(refused.value)
