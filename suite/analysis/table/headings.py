"""The headings that tables, claims and their layout share. Those of metrics come from their declarations.

`suite.analysis.table.presentation` puts them over the columns; a heading that one table alone has stands in the table.
"""

from __future__ import annotations

from suite.core.latency import BATCH
from suite.core.metrics import CLOCKS, COSTS, SIZES, by_name

OF = {name: metric.heading for name, metric in by_name((*SIZES, *COSTS, *CLOCKS)).items()}
"""The heading of what every run has, by the name of its column in runs.csv."""

PARAMETERS, MACS = OF["trainable_params"], OF["macs"]
IMAGES_PER_SECOND, MEMORY, ENERGY = OF["images_per_second"], OF["peak_memory_bytes"], OF["energy_joules"]
DEVICE_TIME = OF["device_seconds"]
RANK, STUDY, ARCHITECTURE, YEAR, DEPTH = "Rank", "Study", "Architecture", "Year", "Depth"
ERROR, TOP5_ERROR, COUNT = "Test error, top-1 (95%)", "Error, top-5 (95%)", "n (seeds × images)"
BALANCED_ERROR = "Balanced error (95%)"
TUNING, NOTE, SEEDS = "Tuning time", "Note", "Seeds"
PUBLISHED_PARAMETERS, PUBLISHED = "Published parameters", "Published error here"
PUBLISHED_TOP5, INNOVATION = "Published ImageNet top-5 error", "Key innovation"
BEHIND, ADVANTAGE = "Behind the first, points (95%)", "Advantage (95%)"
SEEN, DECIDING = "Could have seen (80%)", "Would decide"
RANKS, BEST = "Rank (95%)", "Best with a probability of"
TRIALS, BEST_TRIAL, FRESH = "Trials", "Best trial's own error", "Fresh seeds' error (95%)"
FLATTERY, CALIBRATION, IMAGES = "Flattered by, points (95%)", "Calibration error (95%)", "Test images"
ELO = "Elo (95%)"
LAST, BEST_EPOCH, EPOCHS = "Last weights' error", "Best epoch by test", "Epochs"
MIDDLE, WINS, BEATEN = "Interquartile mean error (95%)", "Wins (95%)", "Beaten by the first (95%)"
MID_P = "McNemar, mid-p (Holm)"
TIME, SHARE, ATTEMPTS = "Time", "Share of wall time", "Attempts"
DEVICE = "Device"
"""Where several kinds of it stand in one column."""


def clock(kind: str) -> str:
    """`CPU time`: the heading of the time of the training steps on a kind of device."""
    return f"{kind} time"


def latency(kind: str) -> tuple[str, str]:
    """`CPU latency, 1 image (10% to 90%)` and `CPU images/s, batches of 256`: how quickly a network answers there."""
    return f"{kind} latency, 1 image (10% to 90%)", f"{kind} images/s, batches of {BATCH}"


KINDS = ("CPU", "GPU", "TPU")
TIMED = tuple(heading for kind in (*KINDS, DEVICE) for heading in latency(kind))
CLOCKED = (*(clock(kind) for kind in KINDS), DEVICE_TIME)
NUMBERS = frozenset(
    {
        *(RANK, YEAR, PARAMETERS, MACS, ERROR, BALANCED_ERROR, TOP5_ERROR, COUNT, *CLOCKED, TUNING, BEHIND),
        *(ADVANTAGE, SEEN, TIME, SHARE, ATTEMPTS, SEEDS, IMAGES_PER_SECOND, MEMORY, ENERGY),
        *(RANKS, BEST, TRIALS, BEST_TRIAL, FRESH, FLATTERY, IMAGES, MID_P),
        *(MIDDLE, WINS, BEATEN, CALIBRATION, ELO, LAST, BEST_EPOCH, EPOCHS, *TIMED),
    }
)
"""Headings of columns that are aligned right."""

KNOWN = (
    *(STUDY, ARCHITECTURE, YEAR, DEPTH, PARAMETERS, PUBLISHED_PARAMETERS),
    *(ERROR, PUBLISHED, PUBLISHED_TOP5, INNOVATION),
)
"""Headings of what is known of an architecture, with the measured error to compare."""

MEASURED_TOO = (STUDY, ARCHITECTURE, PARAMETERS, ERROR)
