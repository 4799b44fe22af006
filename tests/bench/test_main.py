"""`python -m suite.bench` with real contestants, as short as it can be."""

from __future__ import annotations

import pytest

from suite import models
from suite.bench.__main__ import ARCHITECTURES, main
from suite.bench.contestants.job import Job
from suite.bench.rounds import Entry, compare, ratio
from suite.commandline import enter
from suite.executors.local import worker_environment


def test_the_suites_loop_is_not_far_behind_plain_fit() -> None:
    """A guard, not a figure: side by side in turns, and with room for whatever else the machine does."""
    job = Job("resnet20", {"width": 0.5})
    entries = [Entry("suite", "suite_loop", job), Entry("fit", "keras_fit", job)]
    suite, fit = compare(entries, 5, 0.4, lambda backend: worker_environment(backend, 2))
    assert ratio(suite, fit) > 0.7


@pytest.mark.slow
def test_a_table_of_policies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies=true", "architectures=[lenet5]", "rounds=3", "seconds=1"]) == 0
    table = capsys.readouterr().out
    assert all(name in table for name in ("none", "crop and flip", "augmix", "grid_mask", "fourier_mix"))


def test_what_is_timed_by_default_exists() -> None:
    for name, options in ARCHITECTURES.items():
        assert set(options) <= set(models.option_names(name)), name
        assert Job(name, options).title.startswith(name)


def test_a_name_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(main, "", ["architectures=[resnet21]"]) == 2
    assert "resnet20" in capsys.readouterr().err
