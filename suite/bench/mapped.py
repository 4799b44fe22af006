"""Training from a memory map beside training from images on the device: whether sets larger than memory cost speed.

The map's process may be put into a control group with a memory limit (cgroup=DIR, made by who may make one); its pages
are dropped before, so that it starts with none of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from suite.bench.contestants.job import Job
from suite.bench.rounds import Entry, Measured, ratio
from suite.bench.tables import Table, images_per_second
from suite.core.refusals import Refusal

CHUNK = 1024
LIMITS = ("memory.max", "memory.limit_in_bytes")
PEAKS = ("memory.peak", "memory.max_usage_in_bytes")
"""Of a control group, as version 2 and version 1 call them."""


def entries(job: Job, file: Path, group: Path | None) -> list[Entry]:
    """The same training from the device and from the map in `file`. Raises Refusal for a `group` that is none."""
    if group is not None and not (group / "cgroup.procs").exists():
        raise Refusal(f"cgroup={group} is no control group: it has no cgroup.procs")
    return [
        Entry("device", "suite_loop", job),
        Entry("map", "suite_loop", replace(job, map=str(file)), group="" if group is None else str(group)),
    ]


def write_map(file: Path, count: int, size: int) -> int:
    """Random images in an .npy file, none of which is left in memory; returns its bytes."""
    generator = np.random.default_rng(0)
    with file.open("wb") as written:  # not through a map: pages that are mapped cannot be dropped
        np.lib.format.write_array_header_1_0(
            written, {"descr": "|u1", "fortran_order": False, "shape": (count, size, size, 3)}
        )
        for start in range(0, count, CHUNK):
            written.write(generator.bytes(min(CHUNK, count - start) * size * size * 3))
        written.flush()
        os.fsync(written.fileno())
        os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return file.stat().st_size


def table(found: Sequence[Sequence[Measured]], size: int, file_bytes: int, group: Path | None) -> Table:
    """A row for each architecture and place: images per second, and the ratio to the device's."""
    rows = [
        [m.entry.job.architecture, f"{size}x{size}", m.entry.name, images_per_second(m), f"{ratio(m, both[0]):.3f}"]
        for both in found
        for m in both
    ]
    notes = [f"the map has {file_bytes / 2**20:,.0f} MiB"]
    if group is not None:
        limit, peak = (_bytes(group, names) for names in (LIMITS, PEAKS))
        notes.append(f"its process has a memory limit of {limit}, pages of files included, and took up to {peak}")
    headings = ["architecture", "images", "from", "images per second", "of device"]
    return Table(
        headings, rows, [*notes, "median ± half of the middle half's width; ratios are medians of the rounds'"]
    )


def _bytes(group: Path, names: Sequence[str]) -> str:
    for name in names:
        if (group / name).exists():
            text = (group / name).read_text().strip()
            return f"{int(text) / 2**20:,.0f} MiB" if text.isdecimal() else text
    return "unknown"
