"""What a machine computes on, and what a recorded device's name says."""

from __future__ import annotations

import pytest

from suite.core.hardware import gpus, kind, processor_name


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("AMD EPYC 9B14 (2 cores)", "CPU"),
        ("Apple M3 (1 core)", "CPU"),
        ("cpu", "CPU"),
        ("", "CPU"),
        ("NVIDIA H200", "GPU"),
        ("TPU v4", "TPU"),
    ],
)
def test_the_kind_of_a_device(device: str, expected: str) -> None:
    assert kind(device) == expected


def test_this_processors_own_name_is_a_processors() -> None:
    assert kind(processor_name()) == "CPU"


def test_the_gpus_that_a_user_leaves_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,3")
    assert gpus() == ["1", "3"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert gpus() == []
