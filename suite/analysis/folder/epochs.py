"""When a final run's epochs ended, in seconds of training: what curves over time and times to an accuracy share."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed
from suite.core.directories import RunKey

SECONDS = "device_seconds"
"""The curve of what each epoch took; folders of old know the whole run's time alone."""
EVENLY = "divided evenly among the epochs, since those records keep a run's whole time alone"


def ends(records: Records, row: Mapping[Hashable, Any], epochs: int) -> NDArray[np.float64]:
    """Seconds of training steps at the end of each of a final run's first epochs, (E,); `row` is that of runs.csv.

    Where only the run's whole time is known, each of its epochs has the same share, and the last as much as was trained
    of it.
    """
    own = records.arrays.get(f"{_name(row)}/{SECONDS}")
    if own is not None:
        return np.cumsum(own[:epochs], dtype=np.float64)
    share = np.minimum(np.arange(1.0, epochs + 1), row["epochs"]) / row["epochs"]
    return np.asarray(share * row["device_seconds"], dtype=np.float64)


def all_known(records: Records, candidates: Iterable[str], track: str) -> bool:
    """Whether what each epoch took was kept of every completed final run of these candidates."""
    runs = [run for name in candidates for run in completed(records, name, track).to_dict("records")]
    return all(f"{_name(run)}/{SECONDS}" in records.arrays for run in runs)


def curve(records: Records, row: Mapping[Hashable, Any], name: str) -> NDArray[Any] | None:
    """What a final run's epochs had for a figure, (E,); None where there is no such curve."""
    return records.arrays.get(f"{_name(row)}/{name}")


def _name(row: Mapping[Hashable, Any]) -> str:
    return str(RunKey(row["candidate"], row["track"], row["phase"], int(row["number"])))
