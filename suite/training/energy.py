"""Energy of an NVIDIA GPU, as the difference of its own counter; None where there is none, or no `energy` extra."""

from __future__ import annotations

import os
from typing import Any


class EnergyCounter:
    """Joules used by the first visible NVIDIA GPU since the counter was made."""

    def __init__(self, accelerator: bool) -> None:
        self._library: Any = None
        if accelerator:
            self._open()
        self._start = self._millijoules()

    def joules(self) -> float | None:
        now = self._millijoules()
        return None if now is None or self._start is None else (now - self._start) / 1000

    def _open(self) -> None:
        try:
            import pynvml

            pynvml.nvmlInit()
            visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
            self._handle = (
                pynvml.nvmlDeviceGetHandleByIndex(int(visible))
                if visible.isdecimal()
                else pynvml.nvmlDeviceGetHandleByUUID(visible)
            )
            self._library = pynvml
        except Exception:  # no library, no driver, no such GPU: energy is then not known, and nothing else is wrong
            self._library = None

    def _millijoules(self) -> int | None:
        if self._library is None:
            return None
        try:
            return int(self._library.nvmlDeviceGetTotalEnergyConsumption(self._handle))
        except self._library.NVMLError:  # GPUs before Volta do not count
            return None
