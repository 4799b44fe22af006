"""`time=45m` is one more word on a training's length: the nearest to the command line counts, and two contradict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suite.config.time_budget import TimeBudget
from suite.core.refusals import Refusal
from tests.config.conftest import Write

MLP = "dataset: digits\ncandidates: {mlp: {}, lenet5: {}}\n"


def test_a_time_takes_the_place_of_every_farther_length(written: Write) -> None:
    for text in ("", "images_seen: 500\n", "recipe: {epochs: 3}\n", "budgets: {laptop: {images_seen: 700}}\n"):
        study = written(MLP + text, "time=45m")
        assert study.time == TimeBudget(2700.0)
        assert [(candidate.images_seen, candidate.timed) for candidate in study.candidates] == [(None, True)] * 2
        assert study.instance == "digits-laptop-45m-tensorflow-float32"


@pytest.mark.parametrize("override", ["images_seen=500", "recipe.epochs=3", "time=null"])
def test_a_nearer_length_takes_the_place_of_a_studys_time(written: Write, override: str) -> None:
    text = MLP + "budgets: {laptop: {time: 45m}}\n"
    assert written(text).time == TimeBudget(2700.0)
    study = written(text, override)
    assert study.time is None
    assert study.instance == "digits-laptop-tensorflow-float32"
    assert not study.candidates[0].timed


def test_without_its_time_a_study_has_the_length_that_lies_below(written: Write) -> None:
    study = written(MLP + "images_seen: 500\nbudgets: {laptop: {time: 45m}}\n", "time=null")
    assert study.candidates[0].images_seen == 500


def test_a_candidates_own_epochs_give_way_to_a_typed_time_and_are_named(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "dataset: digits\ncandidates: {mlp: {recipe: {epochs: 7}}, lenet5: {}}\n"
    assert written(text, "time=45m").candidates[0].timed
    assert "note: time=45m replaces candidate mlp's own epochs" in capsys.readouterr().err
    with pytest.raises(Refusal, match=r"candidate mlp has its own recipe\.epochs=7, and time=45m"):
        written(text + "time: 45m\n")


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["time=45"], "time=45: expected a time with its unit, such as 45m; 45s are seconds"),
        (["time=45m", "images_seen=500"], "time=45m and images_seen=500 both set the length"),
        (["time=45m", "recipe.epochs=5"], r"time=45m and recipe\.epochs=5 both set the length"),
        (["time=45m", "candidates.mlp.recipe.epochs=5"], r"candidate mlp has its own recipe\.epochs=5"),
        (["time=45m", "limit=1h"], "time=45m chooses lengths .* limit=1h stops a search"),
        (["time=soon"], "time=soon: expected a time such as 2h"),
        (["time=0s"], "time=0s: expected more than no time"),
        (["equal=seconds"], "equal=seconds says how time=45m is divided"),
        (["time=45m", "equal=second"], "Did you mean 'seconds'"),
    ],
)
def test_what_contradicts_is_refused(written: Write, overrides: list[str], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        written(MLP, *overrides)


def test_equal_seconds_make_the_epochs_differ_on_purpose(written: Write) -> None:
    study = written(MLP, "time=1h30m", "equal=seconds")
    assert study.axes == ("architecture", "recipe.epochs")
    assert study.instance == "digits-laptop-1h30m-seconds-tensorflow-float32"


@pytest.mark.parametrize(
    ("seconds", "text"), [(2700, "45m"), (5400, "1h30m"), (28_800, "8h"), (100, "1m40s"), (0.5, "0.5s"), (90, "1m30s")]
)
def test_one_time_has_one_name(seconds: float, text: str) -> None:
    assert TimeBudget(seconds).text == text


def test_a_chosen_length_need_be_no_whole_epochs_and_is_the_same_for_every_batch(written: Write) -> None:

    study = written(MLP, "time=45m", "candidates.mlp.recipe.batch_size=50")
    found = {replace(candidate, images_seen=2500).settled(1000).epochs for candidate in study.candidates}
    assert found == {2.5}
