"""Text tables of facts and layers, aligned for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from suite.models.architecture import small_form

if TYPE_CHECKING:
    from suite.models.layer_table import LayerRow


def lineage_table(facts: Sequence[dict[str, Any]]) -> str:
    """One line per architecture: counts built and published, the input they hold for, what was new."""
    header = [
        "architecture",
        "family",
        "year",
        "depth",
        "parameters",
        "published",
        "multiply-adds",
        "input",
        "key innovation",
    ]
    rows = [
        [
            fact["name"],
            fact["family"],
            _or_dash(fact["year"]),
            _or_dash(fact["depth"]),
            _count(fact["trainable_params"]),
            _count(fact["published"].get("params")),
            _magnitude(fact["macs"]),
            _input(fact),
            _or_dash(fact["key_innovation"]),
        ]
        for fact in facts
    ]
    return aligned(header, rows, right=(2, 3, 4, 5, 6))


def rows_as_text(facts: dict[str, Any], rows: Sequence[LayerRow]) -> str:
    """The layers of one architecture under what is known of it: `facts`, the options' defaults and a description."""
    small = "form" in facts["options"] and small_form("auto", facts["input_shape"])
    title = (
        f"{facts['name']} ({facts['family']}, {_or_dash(facts['year'])}), {_input(facts)} classes"
        f"{', in its form for small images' if small else ''}: "
        f"{_count(facts['trainable_params'])} learned parameters, {_magnitude(facts['macs'])} multiply-adds"
    )
    header = ["layer", "operation", "output", "parameters", "multiply-adds", "field", "stride"]
    body = [
        [
            row.name,
            row.operation,
            "x".join(map(str, row.output_shape)),
            f"{row.params:,}" if row.params else "",
            "unknown" if row.macs is None else f"{row.macs:,}" if row.macs else "",
            "all" if row.view.field is None else str(row.view.field),
            "" if row.view.stride is None else f"{row.view.stride:g}",
        ]
        for row in rows
    ]
    options = ", ".join(_option(name, kind, facts["defaults"]) for name, kind in facts["options"].items())
    known = {"published": facts["published"].get("difference"), "options": options}
    lines = [title, *(f"{key}: {text}" for key, text in known.items() if text)]
    blocks = ["\n".join(lines), facts["description"], aligned(header, body, right=(3, 4, 5, 6))]
    return "\n\n".join(block for block in blocks if block)


def _option(name: str, kind: Any, defaults: dict[str, Any]) -> str:
    """An option with its default and what it takes."""
    default = defaults.get(name)
    value = str(default).lower() if isinstance(default, bool) else default
    return f"{name} ({_kind(kind)})" if value is None else f"{name}={value} ({_kind(kind)})"


def _kind(kind: Any) -> str:
    """What an option takes, in words."""
    words = {"bool": "true or false", "int": "whole number", "float": "number", None: "anything"}
    return " or ".join(map(str, kind)) if isinstance(kind, list) else words[kind]


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Columns as wide as their widest cell; those numbered in `right` end flush."""
    widths = [max(len(line[column]) for line in [header, *rows]) for column in range(len(header))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [header, ["-" * width for width in widths], *rows]
    ]
    return "\n".join(lines)


def _input(facts: dict[str, Any]) -> str:
    if not facts["input_shape"]:
        return "-"
    return "x".join(map(str, facts["input_shape"])) + f"/{facts['num_classes']}"


def _count(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _or_dash(value: Any) -> str:
    return "-" if value is None else str(value)


def _magnitude(number: float | None) -> str:
    """Multiply-adds with three digits: 4.09 G, 40.6 M."""
    if number is None:
        return "-"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:#.3g}".rstrip(".") + f" {unit}"
    return str(int(number))
