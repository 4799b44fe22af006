"""How the report's comparison table is to look, as a study or a command says it.

table: {columns: [rank, year, trainable_params], sort: year}
"""

from __future__ import annotations

from typing import Any

from suite.config.checks import as_list, mapping
from suite.core.arrangement import RANK, Arrangement

KEYS = ("columns", "sort")


def table_from(section: Any) -> Arrangement:
    """Raises Refusal for unknown keys, columns and sorts, with those that there are."""
    values = mapping("table", section, KEYS)
    columns, sort = values.get("columns"), values.get("sort")
    names = None if columns is None else tuple(str(name) for name in as_list("table.columns", columns))
    return Arrangement(names, RANK if sort is None else str(sort))
