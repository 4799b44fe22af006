"""The published facts: complete, conditioned, sourced, and in agreement with what is built."""

from __future__ import annotations

import re

import pytest

from suite.models import facts
from suite.models.facts import golden
from suite.models.facts.published import _all, published
from tests.models.test_registry import LINEAGE


def test_the_whole_lineage_has_an_entry_and_no_entry_is_orphaned() -> None:
    assert LINEAGE <= set(_all()) <= set(golden.lines())


@pytest.mark.parametrize("name", list(golden.lines()))
def test_no_error_stands_without_condition_and_source(name: str) -> None:
    known = published(name)
    for error in known.get("errors", []):
        assert error["condition"]
        assert error["source"]
        assert error["split"]
        assert error["dataset"] in {"imagenet", "cifar10", "mnist"}
        values = [error[key] for key in ("top1_error", "top5_error") if key in error]
        assert values
        assert all(0 < value < 100 for value in values)
    assert known.get("errors") or known["notes"]
    assert ("params" in known) == ("params_source" in known)


@pytest.mark.parametrize("name", [name for name in golden.lines() if "params" in published(name)])
def test_the_published_count_is_what_we_build(name: str) -> None:
    """Except LeNet-5, whose 60,000 nobody rebuilds (see its difference)."""
    expected = {"lenet5": 60_000}.get(name, facts(name)["trainable_params"])
    assert published(name)["params"] == expected


@pytest.mark.parametrize("name", list(golden.lines()))
def test_the_papers_rounded_count_is_ours_rounded_or_the_difference_is_explained(name: str) -> None:
    """In the golden line too, where everybody sees it."""
    known = published(name)
    assert golden.lines()[name].get("difference") == known.get("difference")
    text = re.match(r"([\d.]+) ?(M|million)", known.get("params_text", ""))
    if text:
        digits = len(text[1].partition(".")[2])
        rounds = f"{facts(name)['trainable_params'] / 1e6:.{digits}f}" == text[1]
        assert rounds != ("difference" in known)


def test_the_first_error_is_of_one_network_on_one_crop() -> None:
    for name in ("alexnet", "vgg16", "resnet50", "resnet152"):
        first = published(name)["errors"][0]
        assert (first["models"], first["condition"][:6]) == (1, "1-crop")


def test_ensembles_are_called_so() -> None:
    """7.3, 3.57 and 15.3 are quoted everywhere as if one network had them."""
    for name, value in (("vgg16", 7.3), ("resnet152", 3.57), ("alexnet", 15.3)):
        (quoted,) = [error for error in published(name)["errors"] if error.get("top5_error") == value]
        assert quoted.get("models") != 1
        assert quoted["split"] == "test"


def test_an_unknown_name_has_nothing_published() -> None:
    assert published("their_tiny") == {}
