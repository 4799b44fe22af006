"""The facts of what options make of an architecture: a residual net without its shortcuts is the paper's plain net."""

from __future__ import annotations

import pytest

from suite.models import ArchitectureError, facts, facts_with_options
from suite.models.facts import golden
from suite.models.facts.published import _all, published, variant


@pytest.mark.parametrize("depth", [8, 20, 32, 44, 56, 110])
def test_without_its_shortcuts_a_residual_net_has_the_plain_nets_literature(depth: int) -> None:
    found = facts_with_options(f"resnet{depth}", {"skip": False, "width": 0.5})
    assert found["as"] == f"plain{depth}"
    assert found["name"] == f"resnet{depth}"
    assert found["published"] == facts(f"plain{depth}")["published"]
    assert found["key_innovation"] == facts(f"plain{depth}")["key_innovation"]
    assert found["options"] == facts(f"resnet{depth}")["options"]


def test_its_error_is_the_plain_nets() -> None:
    (twin, *_), (residual, *_) = (
        facts_with_options("resnet20", {"skip": skip})["published"]["errors"] for skip in (False, True)
    )
    assert (twin["top1_error"], residual["top1_error"]) == (9.5, 8.75)
    assert twin["source"] == "a-martyn/resnet README"


def test_a_plain_net_that_is_no_architecture_of_ours_has_its_errors_too() -> None:
    found = facts_with_options("resnet34", {"skip": False})
    assert found["as"] == "plain-34"
    assert [error["top1_error"] for error in found["published"]["errors"]] == [28.54]
    assert "params" not in found["published"]
    assert found["published"]["paper"] == facts("resnet34")["published"]["paper"]


@pytest.mark.parametrize(("name", "options"), [("resnet20", {"shortcut": "B"}), ("resnet20", {"skip": True}),
                                               ("mobilenet_v2", {"skip": False}), ("lenet5", {})])  # fmt: skip
def test_other_options_leave_the_literature_as_it_is(name: str, options: dict) -> None:
    assert facts_with_options(name, options) == {**facts(name), "as": name}


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(ArchitectureError, match="unknown architecture"):
        facts_with_options("resnet21", {})


def test_every_variant_is_made_by_options_that_there_are_and_its_errors_have_sources() -> None:
    made = [(name, entry) for name, known in _all().items() for entry in known.get("variants", [])]
    assert made
    for name, entry in made:
        assert set(entry["options"]) <= set(golden.lines()[name]["options"])
        assert variant(name, entry["options"]) == entry
        assert entry["name"] in golden.lines() or entry["errors"]
        for error in entry.get("errors", []):
            assert error["condition"]
            assert error["source"]
            assert error["split"]
    assert all("variants" not in published(name) for name, _ in made)


def test_notes_are_sentences() -> None:
    """An unquoted comma would cut one in two."""
    assert all(note.endswith(".") for known in _all().values() for note in known.get("notes", []))
