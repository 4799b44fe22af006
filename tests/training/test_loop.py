"""Where a commit may be depends on the work alone, and which images a run trains on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.training import loop
from suite.training.loop import SEGMENT_WORK, segment_steps, training_index
from tests.training.conftest import MakeSpec

DATA: Any = SimpleNamespace(train=np.arange(40), validation=np.arange(40, 50))


def test_segments_are_of_one_amount_of_work_and_at_least_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "accelerator", lambda: False)
    macs = 40.6e6  # ResNet-20 on CIFAR-10
    steps = segment_steps(macs, 128)
    assert steps * macs * 128 == pytest.approx(SEGMENT_WORK, rel=0.02)
    assert segment_steps(macs, 256) == pytest.approx(steps / 2, abs=1)
    assert segment_steps(1e13, 128) == 1
    assert segment_steps(0, 1) == segment_steps(1, 1)
    monkeypatch.setattr(loop, "accelerator", lambda: True)
    assert segment_steps(macs, 128) == pytest.approx(loop.ACCELERATOR_FACTOR * steps, rel=0.02)


def test_a_run_trains_on_the_training_images_or_on_those_of_validation_too(make_spec: MakeSpec) -> None:
    spec = make_spec({"batch_size": 8})
    np.testing.assert_array_equal(training_index(spec, DATA), np.arange(40))
    both = make_spec({"batch_size": 8}, train_on_validation=True)
    np.testing.assert_array_equal(training_index(both, DATA), np.arange(50))


def test_images_that_do_not_fill_one_batch_are_refused(make_spec: MakeSpec) -> None:
    with pytest.raises(Refusal, match=r"recipe\.batch_size=48 is more than the 40 training images"):
        training_index(make_spec({"batch_size": 48}), DATA)
    searched = make_spec({"batch_size": 8}, parameters={"batch_size": 64}, train_on_validation=True)
    with pytest.raises(Refusal, match=r"recipe\.batch_size=64 is more than the 50"):
        training_index(searched, DATA)
