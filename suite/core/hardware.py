"""What this machine computes on, and what a device's recorded name says it is."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_PROCESSOR = re.compile(r"\(\d+ cores?\)$")  # how `device_name` ends for a processor


def processor() -> str:
    """The processor's model, as the system names it."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.processor() or platform.machine()


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gpus() -> list[str]:
    """The NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them; empty where there are none."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name]
    return [str(number) for number in range(len(list(Path("/proc/driver/nvidia/gpus").glob("*"))))]


def processor_name() -> str:
    """The name of a processor as a training device, such as `AMD EPYC (2 cores)`."""
    return f"{processor()} ({cores()} cores)"


def kind(device: str) -> str:
    """`CPU`, `GPU` or `TPU`, from the name of a device that a run recorded.

    A processor's name ends with its cores (`processor_name`); an accelerator's is its maker's.
    """
    if not device or _PROCESSOR.search(device) or re.search(r"\bcpu\b", device.lower()):
        return "CPU"
    return "TPU" if "tpu" in device.lower() else "GPU"
