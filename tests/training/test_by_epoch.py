"""Looking at the test images after each epoch: what it says is kept, and nothing else is another."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.core.by_epoch import BY_EPOCH, read_tested
from suite.training.spec import RunSpec
from tests.training.conftest import MakeSpec
from tests.training.runs import dying, outcome_of, train


def test_nothing_that_chooses_sees_it(make_spec: MakeSpec, small_segments: None, tmp_path: Path) -> None:
    """Bit for bit: rows, figures, predictions, weights; after a death in the second epoch, too."""
    once, each = make_spec(), make_spec(tests_epochs=True)
    plain = outcome_of(tmp_path / "once", once, train(once, tmp_path / "once"))
    assert not (tmp_path / "once" / BY_EPOCH).exists()
    looked = outcome_of(tmp_path / "each", each, train(each, tmp_path / "each"))
    assert looked == plain
    tested = read_tested(tmp_path / "each")
    assert len(tested) == 3
    assert tested[-1] == plain["fields"]["test_accuracy"]
    with dying(9):  # six steps are an epoch
        train(each, tmp_path / "killed")
    assert outcome_of(tmp_path / "killed", each, train(each, tmp_path / "killed")) == plain
    assert read_tested(tmp_path / "killed") == tested
    with dying(9):  # asked for after the first epoch was over
        train(once, tmp_path / "later")
    assert outcome_of(tmp_path / "later", each, train(each, tmp_path / "later")) == plain
    assert read_tested(tmp_path / "later") == [None, *tested[1:]]
    with dying(8):  # asked for until the second epoch
        train(each, tmp_path / "former")
    assert outcome_of(tmp_path / "former", once, train(once, tmp_path / "former")) == plain
    assert read_tested(tmp_path / "former") == [tested[0], None, None]


def test_a_search_trial_is_not_tested(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec(final=False, tests_epochs=True)
    train(spec, tmp_path)
    assert not (tmp_path / BY_EPOCH).exists()


def test_it_is_the_same_run(make_spec: MakeSpec) -> None:
    one, other = make_spec(), make_spec(tests_epochs=True)
    assert one.identity("data") == other.identity("data")
    assert RunSpec.from_mapping(other.as_mapping()).tests_epochs


@pytest.mark.slow
def test_a_whole_study_chooses_the_same(tmp_path: Path) -> None:
    """Trials, parameters, figures and weights of a small study with it and without."""
    from tests.studies import command, measured, same_weights, weights, workspace_with_study

    places = [workspace_with_study(tmp_path / name) for name in ("once", "each")]
    for place, arguments in zip(places, ((), ("evaluation.every_epoch=true",)), strict=True):
        done = command(place, *arguments)
        assert done.returncode == 0, done.stderr
    assert measured(places[0]) == measured(places[1])
    assert same_weights(weights(places[0]), weights(places[1]))
    assert len(list(places[1].glob(f"runs/tiny/*/*/tuned/final/*/{BY_EPOCH}"))) == 4
    assert not list(places[1].glob(f"runs/tiny/*/*/tuned/search/*/{BY_EPOCH}"))
    assert not list(places[0].glob(f"runs/tiny/**/{BY_EPOCH}"))
    text = (places[1] / "reports" / "tiny" / "report.md").read_text(encoding="utf-8")
    assert "What choosing by test would have given" in text
    assert "nothing chose by what they said" in text
    assert "choosing by test" not in (places[0] / "reports" / "tiny" / "report.md").read_text(encoding="utf-8")
