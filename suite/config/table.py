"""How the report's tables are to look, as a study or a command says it.

table: {columns: [rank, year, trainable_params], sort: year, reach: [0.9, 0.94]}
"""

from __future__ import annotations

from typing import Any

from suite.config.checks import as_list, mapping, number
from suite.core.arrangement import RANK, Arrangement

KEYS = ("columns", "sort", "reach")


def table_from(section: Any) -> Arrangement:
    """Raises Refusal for unknown keys, columns and sorts, with those that there are, and for what is no accuracy."""
    values = mapping("table", section, KEYS)
    columns, sort = values.get("columns"), values.get("sort")
    names = None if columns is None else tuple(str(name) for name in as_list("table.columns", columns))
    reach = values.get("reach")
    accuracies = () if reach is None else tuple(number("table.reach", one) for one in _several(reach))
    return Arrangement(names, RANK if sort is None else str(sort), accuracies)


def _several(reach: Any) -> list[Any]:
    return [reach] if isinstance(reach, int | float) else as_list("table.reach", reach)
