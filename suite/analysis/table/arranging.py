"""The comparison table as its study wants it: its columns, their order, and the order of its rows.

`study` is a study's description everywhere, in which `table` says it (`suite.core.arrangement`). What a table's frame
holds and how its rows are ranked is another matter: table.csv has all columns, by rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from suite.analysis.table import headings, presentation
from suite.core.arrangement import LISTED, RANK, Arrangement

OF = {
    "rank": (headings.RANK,),
    "candidate": (headings.ARCHITECTURE,),
    "test_error": (headings.ERROR,),
    "balanced_error": (headings.BALANCED_ERROR,),
    "seeds": (headings.COUNT,),
    "top5_error": (headings.TOP5_ERROR,),
    "year": (headings.YEAR,),
    "depth": (headings.DEPTH,),
    "trainable_params": (headings.PARAMETERS,),
    "params_published": (headings.PUBLISHED_PARAMETERS,),
    "macs": (headings.MACS,),
    "device_seconds": headings.CLOCKED,
    "tuning_seconds": (headings.TUNING,),
    "latency_seconds": headings.TIMED[0::2],
    "inference_images_per_second": headings.TIMED[1::2],
    "published_error": (headings.PUBLISHED,),
    "published_top5_error": (headings.PUBLISHED_TOP5,),
    "key_innovation": (headings.INNOVATION,),
    "note": (headings.NOTE,),
}
"""The headings that a column may have, by its name in a study: a clock's is that of the device."""


def arranged(rows: pd.DataFrame, study: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a study's table in the order in which people see them: those of a track stay together, and what is
    equal or unknown stays in the order of the ranks, the unknown at the end."""
    sort = Arrangement.described(study).sort
    if sort == RANK or sort not in (LISTED, *rows.columns):  # of what nobody measured there is no column
        return rows
    key = rows.candidate.map(list(study["candidates"]).index) if sort == LISTED else rows[sort]
    places = dict.fromkeys(rows.track)
    order = pd.DataFrame({"track": rows.track.map(list(places).index), "key": key.astype("float64")})
    return rows.loc[order.sort_values(["track", "key"], kind="stable", na_position="last").index]


def comparison(shown: pd.DataFrame, study: Mapping[str, Any]) -> pd.DataFrame:
    """Of a presented frame the columns of the comparison table; what says nothing in any row is not there anyway."""
    places = columns(shown, study)
    return presentation.measured(shown) if places is None else shown[places]


def columns(shown: pd.DataFrame, study: Mapping[str, Any]) -> list[str] | None:
    """The headings that a study wants, of those that a presented frame has; None where it wants none in particular."""
    places = Arrangement.described(study).places
    if places is None:
        return None
    return [heading for name in places for heading in OF[name] if heading in shown]
