"""Python values as the command line's text: what `run("quickstart", key=value)` hands to Hydra."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from suite.command import _text
from suite.config.compose import compose


@pytest.mark.parametrize(
    "value",
    ["a, b [c] {d}", "it's (one)", "ends in \\", "a\\'b", "plain", Path("/a b/c"), "x=y", "5%", "", "é ~"],
    ids=repr,
)
def test_a_text_arrives_as_it_was_given(value: Any) -> None:
    assert (compose(["study=quickstart", f"title={_text(value)}"])["title"] or "") == str(value)


def test_mappings_and_lists_arrive_with_their_values() -> None:
    value = {"architecture": "resnet8", "options": {"skip": False}, "recipe": {"milestones": [0.25, 0.5], "base": None}}
    composed = compose(["study=quickstart", f"candidates.new={_text(value)}"])
    assert composed["typed"]["candidates"]["new"] == value
    claims = [{"text": "a, b: [c]", "better": "lenet5", "than": "mlp", "source": "c:/d"}]
    assert compose(["study=quickstart", f"claims={_text(claims)}"])["claims"] == claims
