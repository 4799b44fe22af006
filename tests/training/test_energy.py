"""Energy as the difference of a counter, and None where there is none."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from suite.training.energy import EnergyCounter


class NVMLError(Exception):
    pass


def library(readings: list[int | Exception]) -> SimpleNamespace:
    def read(_: object) -> int:
        reading = readings.pop(0)
        if isinstance(reading, Exception):
            raise reading
        return reading

    return SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetHandleByUUID=lambda name: name,
        nvmlDeviceGetTotalEnergyConsumption=read,
    )


def test_joules_since_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", library([5_000, 12_500]))
    assert EnergyCounter(accelerator=True).joules() == 7.5


def test_none_without_an_accelerator_a_library_or_a_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert EnergyCounter(accelerator=False).joules() is None
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert EnergyCounter(accelerator=True).joules() is None
    monkeypatch.setitem(sys.modules, "pynvml", library([NVMLError(), NVMLError()]))
    assert EnergyCounter(accelerator=True).joules() is None
