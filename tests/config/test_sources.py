"""What a candidate starts from: the ways to say it, what follows for its recipe, and what is refused."""

from __future__ import annotations

import pytest

from suite.config.sources import Source, source_from
from suite.core.axes import IMPLIED
from suite.core.refusals import Refusal
from suite.training.recipe import parts
from tests.config.conftest import Write

HEAD = "dataset: digits\nsearch: {space: null}\n"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (None, None),
        ("resnet8", Source("resnet8")),
        ("pre/resnet8", Source("resnet8", "pre")),
        ("pre/cifar10-full/resnet8", Source("resnet8", "pre", "cifar10-full")),
        ("pre/resnet8@2", Source("resnet8", "pre", number=2)),
    ],
)
def test_the_ways_to_name_a_source(text: str | None, source: Source | None) -> None:
    assert source_from("weights", text) == source
    assert source is None or str(source) == text


@pytest.mark.parametrize("text", ["", "a/b/c/d", "/a", "a/", "a@", "a@-1", "a@x", 3.5, "../a"])
def test_what_names_no_source_is_refused_with_the_ways_to_say_it(text: object) -> None:
    if text == 3.5:
        assert source_from("weights", text) == Source("3.5")
        return
    with pytest.raises(Refusal, match=r"weights=.*: expected a candidate of this study, STUDY/CANDIDATE or STUDY/INST"):
        source_from("weights", text)


def test_the_backbone_gets_a_tenth_of_the_rate_unless_something_is_said(written: Write) -> None:
    study = written(f"""{HEAD}candidates:
  a: {{architecture: mlp}}
  b: {{architecture: mlp, weights: early/mlp}}
  c: {{architecture: mlp, weights: a, recipe: {{freeze: true}}}}
  d: {{architecture: mlp, weights: a, recipe: {{backbone_rate: 1.0}}}}
  e: {{architecture: mlp, weights: a, recipe: {{layer_decay: 0.7}}}}
""")
    used = {c.name: {part.switch for part in c.recipe.of("transfer")} for c in study.candidates}
    assert used == {"a": set(), "b": {"backbone_rate"}, "c": {"freeze"}, "d": set(), "e": {"layer_decay"}}
    assert study.candidates[1].recipe.backbone_rate == 0.1
    assert [c.weights for c in study.candidates] == [None, Source("mlp", "early"), *[Source("a")] * 3]


def test_imagenet_is_the_option_that_it_always_was(written: Write) -> None:
    text = "dataset: cifar10\ncandidates: {resnet50: {weights: imagenet, options: {form: large}}}\n"
    study = written(text, "candidates.resnet50.recipe.backbone_rate=1.0")
    before = written(text.replace("weights: imagenet, options: {", "options: {pretrained: imagenet, "))
    (candidate,), (same,) = study.candidates, before.candidates
    assert (candidate.options, candidate.weights) == (same.options, None)
    assert candidate.recipe.identity() == same.recipe.identity()
    assert written(text).candidates[0].recipe.backbone_rate == 0.1
    with pytest.raises(
        Refusal, match=r"weights=imagenet: lenet5 has no published weights here; those that have: .*vgg16"
    ):
        written("dataset: digits\ncandidates: {lenet5: {weights: imagenet}}\n")


@pytest.mark.parametrize(
    ("candidates", "sentence"),
    [
        ("a: {architecture: mlp, weights: c}", "unknown candidate that a starts or learns from 'c'"),
        ("a: {architecture: mlp, weights: pretrain}",
         "a starts or learns from pretrain, which is no candidate of this study, but a study: of study pretrain it "
         "would be pretrain/resnet20"),
        ("a: {architecture: mlp, weights: pretran}",
         "pretran, which is no candidate of this study: of study pretrain it would be pretrain/resnet20"),
        ("a: {architecture: mlp, weights: quickstart}", "quickstart/resnet8 or quickstart/"),
        ("a: {architecture: mlp, weights: imagnet}", "Did you mean 'imagenet'?"),
        ("a: {architecture: vgg16, weights: s/a, options: {pretrained: imagenet}}",
         "candidate a is to start from two places, weights=s/a and options.pretrained=imagenet: leave out one of them"),
        ("a: {architecture: mlp, weights: a}", "in a circle: a -> a"),
        ("a: {architecture: mlp, weights: b}\n  b: {architecture: mlp, weights: a}", "in a circle: a -> b -> a"),
        ("a: {architecture: mlp, recipe: {freeze: true}}",
         "recipe.freeze=true is for a network that starts from weights, and this one starts at random"),
        ("a: {architecture: mlp, weights: s/a, recipe: {freeze: true, backbone_rate: 0.5}}",
         "recipe.backbone_rate=0.5 and recipe.freeze=true: a frozen backbone has no rate"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(candidates: str, sentence: str, written: Write) -> None:
    with pytest.raises(Refusal) as refused:
        written(f"{HEAD}candidates:\n  {candidates}\n")
    assert sentence in str(refused.value)


def test_a_source_that_the_command_line_drops_or_takes_away(written: Write) -> None:
    text = f"{HEAD}candidates:\n  a: {{architecture: mlp}}\n  b: {{architecture: mlp, weights: a}}\n"
    with pytest.raises(Refusal, match="unknown candidate that b starts or learns from 'a'"):
        written(text, "candidates.a=null")
    alone = written(text, "candidates.a=null", "candidates.b.weights=null").candidates[0]
    assert (alone.weights, alone.recipe.of("transfer")) == (None, ())


def test_what_has_a_meaning_with_weights_alone_is_on_their_axis() -> None:
    switches = {f"recipe.{part.switch}" for part in parts("transfer").values()}
    assert set(IMPLIED["weights"]) == {"options.pretrained", *switches}
