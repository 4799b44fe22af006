"""identities.json: what determined each run, its values stored once, since most of them are many runs' own.

values   by field of an identity (`recipe`, `data`, `seeds`, ...): its different values
runs     by run and field: which of these, counted from 0
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.core.durable import plain, read_json, write_text
from suite.records.layout import IDENTITIES


def write(folder: Path, identities: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the identities of runs, as their records have them, by the runs' keys."""
    packed = pack(identities)
    lines = [f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(run)}" for key, run in packed["runs"].items()]
    runs = ",\n".join(lines)
    write_text(folder / IDENTITIES, f'{{\n "values": {json.dumps(packed["values"])},\n "runs": {{\n{runs}\n }}\n}}\n')


def pack(runs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Fields of runs, by the runs' keys, as `values` and `runs` above."""
    values: dict[str, list[Any]] = {}
    places: dict[tuple[str, str], int] = {}
    packed = {}
    for key, fields in runs.items():
        run = {}
        for field, value in plain(fields).items():
            text = json.dumps(value, sort_keys=True)
            if (field, text) not in places:
                places[field, text] = len(values.setdefault(field, []))
                values[field].append(value)
            run[field] = places[field, text]
        packed[key] = run
    return {"values": values, "runs": packed}


def unpack(packed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The inverse of `pack`. Raises LookupError or TypeError for what it did not give."""
    values = packed["values"]
    return {key: {field: values[field][place] for field, place in run.items()} for key, run in packed["runs"].items()}


def read(folder: Path) -> dict[str, dict[str, Any]] | None:
    """The identities by run; None where the folder was collected before there were any.

    Raises ValueError, LookupError or TypeError where the file is none of these.
    """
    try:
        found = read_json(folder / IDENTITIES)
    except FileNotFoundError:
        return None
    return unpack(found)
