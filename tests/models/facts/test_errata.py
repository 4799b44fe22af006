"""What is commonly quoted: sourced, of architectures that there are, and in agreement with what is built."""

from __future__ import annotations

import pytest

from suite.models import facts
from suite.models.facts import golden
from suite.models.facts.errata import _all, errata


@pytest.mark.parametrize("entry", _all(), ids=lambda entry: entry["quoted"])
def test_no_correction_stands_without_its_source(entry: dict[str, object]) -> None:
    assert set(entry) == {"architectures", "quoted", "really", "source"}
    assert entry["source"]
    for sentence in (entry["quoted"], entry["really"]):
        assert isinstance(sentence, str)
        assert sentence.endswith(".")
        assert ". " not in sentence


@pytest.mark.parametrize("entry", _all(), ids=lambda entry: entry["quoted"])
def test_every_entry_concerns_architectures_of_ours(entry: dict[str, list[str]]) -> None:
    assert entry["architectures"]
    assert set(entry["architectures"]) <= set(golden.lines())


def test_no_quotation_is_there_twice() -> None:
    assert len({entry["quoted"] for entry in _all()}) == len(_all())


def test_those_that_concern_any_of_the_names_are_chosen_once() -> None:
    (both,) = [entry for entry in errata(["resnet50", "vgg16"]) if {"resnet50", "vgg16"} <= set(entry["architectures"])]
    assert both in errata(["resnet50"])
    assert both in errata(["vgg16"])
    assert all("lenet5" in entry["architectures"] for entry in errata(["lenet5"]))
    assert [entry for entry in _all() if "googlenet" in entry["architectures"]] == errata(iter(["googlenet"]))


def test_a_name_that_nobody_misquotes_has_none() -> None:
    assert errata(["their_tiny", "mlp"]) == []
    assert errata([]) == []


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "alexnet_grouped", "googlenet"])
def test_the_counts_are_of_what_we_build(name: str) -> None:
    assert any(f"{facts(name)['trainable_params']:,}" in entry["really"] for entry in errata([name]))


def test_an_architectures_facts_have_them() -> None:
    assert facts("googlenet")["errata"] == errata(["googlenet"])
    assert facts("mlp")["errata"] == []
