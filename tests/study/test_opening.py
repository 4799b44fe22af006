from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from suite.config.search import SearchSpace
from suite.core.directories import RunKey
from suite.core.refusals import Refusal
from suite.study.ledger import Ledger
from suite.study.opening import fetched, open_datasets, refuse_what_cannot_be_built
from tests.study.conftest import Make
from tests.study.made_up import made_up


def test_candidates_with_the_same_data_share_one_set(tiny: Make) -> None:
    opened = open_datasets(tiny())
    assert opened["mlp"] is opened["lenet5"]


def test_a_candidate_may_have_fewer_training_images(tiny: Make) -> None:
    opened = open_datasets(tiny("candidates.lenet5.data.train_examples=100"))
    assert (len(opened["mlp"].train), len(opened["lenet5"].train)) == (256, 100)
    assert opened["mlp"].hash == opened["lenet5"].hash


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (
            ["recipe.batch_size=512"],
            "a batch of 512 is larger than the 256 training images; set recipe.batch_size=256 or less",
        ),
        (
            ["data.train_examples=59", "recipe.batch_size=64"],
            "a batch of 64 is larger than the 59 training images; set recipe.batch_size=59 or less",
        ),
        (["data.test_examples=5"], "test"),
        (
            ["recipe.cutout=1000000"],
            r"^candidate mlp: recipe\.cutout=1000000: expected less than 32 pixels, for the images have 32x32",
        ),
        (["candidates.lenet5.recipe.shift=32"], r"^candidate lenet5: recipe\.shift=32: expected less than 32 pixels"),
    ],
)
def test_data_that_do_not_fit_are_refused_before_anything_starts(tiny: Make, overrides: list[str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        open_datasets(tiny(*overrides))


@pytest.mark.parametrize("dimension", [{"low": 0, "high": 32}, {"choices": [2, 40]}])
def test_a_search_that_leaves_nothing_of_an_image_is_refused(tiny: Make, dimension: dict) -> None:
    study = tiny()
    space = SearchSpace("mine", {"shift": dimension})
    searched = replace(study, candidates=(replace(study.candidates[0], search=space),))
    with pytest.raises(
        Refusal, match=r"candidate mlp, in search space mine: recipe\.shift=(32|40): expected less than"
    ):
        open_datasets(searched)


@pytest.mark.parametrize("dimension", [{"low": 16, "high": 512}, {"choices": [32, 257]}])
def test_a_search_of_batches_that_the_training_set_does_not_fill_is_refused(tiny: Make, dimension: dict) -> None:
    study = tiny()
    space = SearchSpace("mine", {"batch_size": dimension})
    searched = replace(study, candidates=(replace(study.candidates[0], search=space),))
    largest = max(dimension.get("choices", [dimension.get("high")]))
    said = rf"candidate mlp, in search space mine: a batch of {largest} is larger than the 256 training images"
    with pytest.raises(Refusal, match=said):
        open_datasets(searched)
    fits = replace(study.candidates[0], search=SearchSpace("mine", {"batch_size": {"low": 16, "high": 256}}))
    assert open_datasets(replace(study, candidates=(fits,)))


def test_an_architecture_that_wants_larger_images_says_so(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suite.study.opening.facts", lambda name: {"min_size": 64})
    with pytest.raises(Refusal, match=r"mlp takes images of at least 64x64, these have 32x32; set data\.image_size=64"):
        open_datasets(tiny())


def test_a_network_that_the_images_do_not_fit_is_refused_by_its_candidates_name(
    ledger: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refusals(nets: list, backend: str, needs_maps: bool) -> list[str | None]:
        asked.extend(nets)
        return ["it is larger than the image" for _ in nets]

    monkeypatch.setattr("suite.study.opening.refusals", refusals)
    refuse_what_cannot_be_built(ledger())
    assert not asked, "a process with Keras costs seconds"
    odd = ledger("candidates.odd.architecture=vit_ti16", "candidates.odd.options.patch_size=64")
    with pytest.raises(Refusal, match="candidate odd: it is larger than the image"):
        refuse_what_cannot_be_built(odd)
    assert asked == [("vit_ti16", (32, 32, 1), 10, {"patch_size": 64})]
    first, second = (RunKey("odd", "shared", "final", number) for number in (0, 1))
    odd.results[first] = made_up(first)
    with pytest.raises(Refusal, match="candidate odd"):
        refuse_what_cannot_be_built(odd)
    odd.results[second] = made_up(second, fingerprint="0123456789abcdef")
    refuse_what_cannot_be_built(odd)
    assert len(asked) == 2, "what has a graph was built"


PUBLISHED = "candidates.{}={{architecture: mobilenet_v2, weights: imagenet, options: {{form: large}}}}"


def test_published_weights_that_are_not_there_are_known_before_anything_trains(
    ledger: Callable[..., Ledger], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    made = ledger(PUBLISHED.format("one"), PUBLISHED.format("two"))
    ((file, names),) = fetched(made).items()
    assert (file.size, names) == ("about 14 MB", ["one", "two"])
    away = ledger(PUBLISHED.format("one"), "offline=true")
    with pytest.raises(Refusal) as refused:
        fetched(away)
    assert str(refused.value) == (
        f"candidate one has weights: imagenet, whose file {file.name} is not in {tmp_path}/keras/models, and "
        f"offline=true fetches nothing: put it there (from {file.address}, about 14 MB), or leave out offline=true"
    )
    for track in ("shared", "tuned"):
        for phase in ("search", "final"):
            for key in (RunKey("one", track, phase, number) for number in range(2)):
                away.results[key] = made_up(key)
    assert fetched(away) == {}, "who has trained already needs no file"
    file.path.parent.mkdir(parents=True)
    file.path.touch()
    assert fetched(made) == {}
