"""What a study may ask of corrupted test images, and what it is told otherwise."""

from __future__ import annotations

import pytest

from suite.core.refusals import Refusal
from suite.data.corruptions import corruptions
from tests.config.conftest import Write

STUDY = """
dataset: digits
recipe: standard
candidates:
  mlp: {architecture: mlp}
"""


def test_without_a_word_there_is_nothing(written: Write) -> None:
    assert written(STUDY).evaluation.copies == []
    assert written(STUDY, "evaluation.corruptions=null").evaluation.names == []


@pytest.mark.parametrize(
    ("asked", "kinds", "strengths"),
    [
        ("true", tuple(corruptions()), (1, 2, 3, 4, 5)),
        ("[snow,fog]", ("snow", "fog"), (1, 2, 3, 4, 5)),
        ("fog", ("fog",), (1, 2, 3, 4, 5)),
        ("{kinds:[jpeg,fog],strengths:[5,1]}", ("fog", "jpeg"), (1, 5)),
        ("{strengths:3}", tuple(corruptions()), (3,)),
    ],
)
def test_kinds_and_strengths_in_the_papers_order(
    asked: str, kinds: tuple[str, ...], strengths: tuple[int, ...], written: Write
) -> None:
    found = written(STUDY, f"evaluation.corruptions={asked}").evaluation
    assert (found.kinds, found.strengths) == (kinds, strengths)
    assert found.names == [f"{kind}/{strength}" for kind in kinds for strength in strengths]


def test_a_study_says_it_in_its_file(written: Write) -> None:
    found = written(STUDY + "evaluation: {corruptions: {kinds: [fog], baseline: mlp}}\n").evaluation
    assert (found.kinds, found.baseline) == (("fog",), "mlp")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("evaluation.corruptions=foog", "Did you mean 'fog'"),
        ("evaluation.corruptions=[]", "name at least one"),
        ("evaluation.corruptions={strengths:[6]}", "expected whole numbers from 1 to 5"),
        ("evaluation.corruptions={kind:[fog]}", "Did you mean 'kinds'"),
        ("evaluation.corruptions={baseline:mpl}", "Did you mean 'mlp'"),
    ],
)
def test_what_does_not_hold_is_refused(asked: str, said: str, written: Write) -> None:
    with pytest.raises(Refusal, match=said):
        written(STUDY, asked)


def test_a_misspelt_key_in_a_file_is_refused(written: Write) -> None:
    with pytest.raises(Refusal, match="corruption"):
        written(STUDY + "evaluation: {corruption: true}\n")


def test_a_transform_that_the_backend_has_not_is_refused_by_its_candidates_name(written: Write) -> None:
    assert written(STUDY, "recipe.grid_mask=0.5").backend == "tensorflow"
    with pytest.raises(
        Refusal, match=r"candidate mlp: recipe\.fourier_mix=1\.0 is computed on tensorflow alone, not on jax"
    ):
        written(STUDY, "recipe.fourier_mix=1.0", "backend=jax")


CLAIM = "claims: [{text: Robust, better: mlp, than: lenet5, metric: %s}]\n"


@pytest.mark.parametrize("metric", ["corruption_error", "corruption_error_fog", "mce"])
def test_claims_may_be_about_what_is_measured(metric: str, written: Write) -> None:
    study = STUDY + "  lenet5: {}\n" + CLAIM % metric
    asked = "evaluation.corruptions={kinds:[fog],baseline:mlp}"
    assert written(study, asked).claims[0]["metric"] == metric
    with pytest.raises(Refusal, match=f"metric={metric} is not measured here: evaluation.corruptions measures"):
        written(study, "evaluation.corruptions={kinds:[snow]}" if metric != "corruption_error" else "seeds=2")


def test_a_test_after_each_epoch_is_asked_for(written: Write) -> None:
    assert not written(STUDY).evaluation.every_epoch
    found = written(STUDY + "evaluation: {every_epoch: true, corruptions: fog}\n").evaluation
    assert (found.every_epoch, found.kinds) == (True, ("fog",))
    assert written(STUDY, "evaluation.every_epoch=true").evaluation.every_epoch
    with pytest.raises(Refusal, match=r"evaluation\.every_epoch=often: expected true or false"):
        written(STUDY, "evaluation.every_epoch=often")


def test_latency_is_asked_for_beside_the_others(written: Write) -> None:
    assert not written(STUDY).evaluation.latency
    assert written(STUDY, "evaluation.latency=true").evaluation.latency
    found = written(STUDY + "evaluation: {latency: true, corruptions: fog}\n").evaluation
    assert (found.latency, found.kinds, found.every_epoch) == (True, ("fog",), False)
    with pytest.raises(Refusal, match=r"evaluation\.latency=512: expected true or false"):
        written(STUDY, "evaluation.latency=512")
