"""Under what a time was measured: on which device, by how many threads, with deterministic operations or without.

Times are means only over runs that were measured alike. A processor's threads are part of what its time means; an
accelerator's time is not asked for them. Where nobody wrote the threads down, as in folders of old, it is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from suite.analysis.folder.reading import Records
from suite.core.hardware import kind

UNKNOWN = "threads not recorded"


def setting(device: str, threads: float, deterministic: str, named: bool = False) -> str:
    """How one run was timed: `2 threads`, or nothing to say for an accelerator with deterministic operations.

    `named`: with its device, where a reader sees times of several.
    """
    parts = [device] if named and device else []
    if kind(device) == "CPU":
        parts.append(UNKNOWN if math.isnan(threads) else f"{threads:.0f} thread{'' if threads == 1 else 's'}")
    if deterministic == "False":
        parts.append("operations not deterministic")
    return ", ".join(parts)


def devices(runs: pd.DataFrame) -> list[str]:
    """The devices that the times of these runs were measured on, sorted; rows are those of runs.csv."""
    return sorted({str(device) for device in runs.device[runs.device_seconds.notna()] if device})


def settings(runs: pd.DataFrame, beside: pd.DataFrame | None = None) -> list[str]:
    """The different ways in which the runs that have a time were timed, sorted; rows are those of runs.csv.

    `beside`: the runs whose times a reader sees beside these, by default these alone. Where they were measured on
    several devices, each is named.
    """
    timed, named = runs[runs.device_seconds.notna()], len(devices(runs if beside is None else beside)) > 1
    columns = zip(timed.device, timed.threads, timed.deterministic, strict=True)
    return sorted({setting(str(device), float(threads), str(exactly), named) for device, threads, exactly in columns})


def comparable(rows: pd.DataFrame) -> list[str]:
    """The candidates of one track, whose table is `rows`, whose times may be compared; none where they were timed in
    different ways."""
    if rows.timing[rows.timing != ""].nunique() > 1:
        return []
    return [str(name) for name in rows.candidate[rows.device_seconds.notna()]]


def workers(sessions: Iterable[Mapping[str, Any]]) -> list[int]:
    """How many workers shared the processor's cores in a study's sessions, each number once, sorted."""
    return sorted({max(1, int(session.get("workers") or 1)) for session in sessions})


def alike(runs: pd.DataFrame, workers: Sequence[int]) -> bool:
    """Whether the times of these runs may be added up, or there are none.

    Where threads were not recorded, sessions with other numbers of workers gave each another share of the cores.
    """
    found = settings(runs)
    return len(found) < 2 and not (len(workers) > 1 and any(UNKNOWN in text for text in found))


def reason(runs: pd.DataFrame, workers: Sequence[int]) -> str:
    """Why the times of these runs may not be added up; empty where they may."""
    if alike(runs, workers):
        return ""
    found = settings(runs)
    if len(found) > 1:
        return f"runs timed in different ways: {'; '.join(text or 'deterministic operations' for text in found)}"
    return f"runs of sessions with {' and '.join(map(str, workers))} workers, {UNKNOWN}"


def own(records: Records) -> Records:
    """The records without the rates of final runs whose mean would mix what was timed in different ways."""
    runs, shares = records.runs, workers(records.sessions)
    final = runs[runs.phase == "final"]
    mixed = [part.index for _, part in final.groupby(["candidate", "track"]) if not alike(part, shares)]
    rates = runs.images_per_second.mask(runs.index.isin([index for part in mixed for index in part]))
    return replace(records, runs=runs.assign(images_per_second=rates))


def banner(runs: pd.DataFrame) -> list[str]:
    """What stands over a table whose times were measured on several devices; nothing where it was one."""
    found = devices(runs)
    if len(found) < 2:
        return []
    return [f"Times were measured on different devices ({'; '.join(found)}) and are not comparable between them."]


def sentence(runs: pd.DataFrame) -> str:
    """What a reader must know before comparing the times of these runs; empty where they were timed alike."""
    found = settings(runs)
    texts = []
    if any(UNKNOWN in text for text in found):
        texts.append("How many threads computed was not recorded with these runs: their times may not be comparable.")
    if len(found) > 1:
        texts.append(
            f"Runs were timed in different ways ({'; '.join(text or 'deterministic operations' for text in found)}): "
            "such times are not comparable, and where the runs of one row differ, its time is left out."
        )
    elif found and found[0] and UNKNOWN not in found[0]:
        texts.append(f"Every run: {found[0]}.")
    return " ".join(texts)
