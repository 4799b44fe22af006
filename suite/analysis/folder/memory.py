"""Whose peak of memory is a candidate's: an accelerator's allocator counts a run's own, a process does not.

A process keeps TensorFlow, the data and the graphs of earlier runs, so its peak says little about the candidate. Runs
on a processor record none since; what folders of old have is left out and said.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from suite.analysis.folder.reading import Records
from suite.core.hardware import kind


def own(records: Records) -> Records:
    """The records without the peaks of processes that trained on a processor."""
    runs = records.runs
    peaks = runs.peak_memory_bytes.mask(_on_processor(runs))
    return replace(records, runs=runs.assign(peak_memory_bytes=peaks))


def sentence(records: Records) -> str:
    """What the column of peaks holds, or why there is none although the records have some; empty without any."""
    known = records.runs[records.runs.peak_memory_bytes.notna()]
    left_out = _on_processor(known)
    texts = []
    if not left_out.all():
        texts.append("Peak memory is the peak of the accelerator's allocator, reset for each run.")
    if left_out.any():
        texts.append(
            "The records have peaks of memory of whole processes on a processor: they hold libraries, data and earlier "
            "runs too, are no candidate's, and are left out."
        )
    return " ".join(texts)


def _on_processor(runs: pd.DataFrame) -> pd.Series:
    return runs.device.map(lambda device: kind(str(device)) == "CPU").astype(bool)
