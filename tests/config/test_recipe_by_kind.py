"""A recipe that names others instead for some architectures and families: `fast`."""

from __future__ import annotations

import pytest

from suite.config.files import CONF, INSTEAD, read_yaml, recipe_for, recipe_names
from suite.models import facts, names
from tests.config.conftest import Write

KINDS = """
dataset: cifar10
recipe: fast
candidates: {resnet20: {}, vgg16: {}, vgg16_bn: {}, vit_ti16: {}, mlp: {recipe: {learning_rate: 0.002}}}
"""


def test_each_kind_trains_as_suits_it(written: Write) -> None:
    study = written(KINDS)
    recipes = {candidate.name: candidate.recipe for candidate in study.candidates}
    assert {name: recipe.name for name, recipe in recipes.items()} == {
        "resnet20": "fast", "vgg16_bn": "fast", "vgg16": "fast_plain", "mlp": "fast_plain",
        "vit_ti16": "fast_transformer",
    }  # fmt: skip
    assert recipes["mlp"].learning_rate == 0.002, "what the study says beside it holds"
    assert {c.name: c.search.space for c in study.candidates}["vit_ti16"] == "adamw"


def test_what_is_typed_counts_as_what_is_written(written: Write) -> None:
    typed = written(KINDS.replace("recipe: fast\n", ""), "recipe=fast")
    assert [c.recipe for c in typed.candidates] == [c.recipe for c in written(KINDS).candidates]
    plain = written(KINDS, "recipe=fast_plain")
    assert {c.recipe.name for c in plain.candidates} == {"fast_plain"}


@pytest.mark.parametrize("name", recipe_names())
def test_who_and_what_is_named_instead_exists(name: str) -> None:
    known = {*names(), *(facts(architecture)["family"] for architecture in names())}
    for who, recipe in read_yaml(CONF / "recipe" / f"{name}.yaml").get(INSTEAD, {}).items():
        assert who in known
        assert recipe in recipe_names()
        assert recipe_for(recipe, who, who) == recipe, "one step, no chain"
