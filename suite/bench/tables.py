"""What was timed, as a table, a file and a picture: first plain values, then what is shown of them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean
from typing import Any

from suite.bench.contestants.job import CLASSES, SIDE
from suite.bench.rounds import Measured, as_mapping, ratio
from suite.core.durable import write_text
from suite.core.hardware import processor_name


@dataclass(frozen=True)
class Table:
    """Headings, rows of text, and lines below them."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str]

    @property
    def text(self) -> str:
        """Aligned for a terminal."""
        lines = [self.headings, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = []
        for first, *others in lines:
            cells = (f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))
            rows.append("  ".join([f"{first:<{widths[0]}}", *cells]).rstrip())
        return "\n".join([*rows, "", *self.notes])

    @property
    def markdown(self) -> str:
        rule = [":---", *["---:"] * (len(self.headings) - 1)]
        lines = [f"| {' | '.join(line)} |" for line in (self.headings, rule, *self.rows)]
        return "\n".join([*lines, "", *(f"{note}  " for note in self.notes), ""])


def side_by_side(found: Sequence[Sequence[Measured]]) -> Table:
    """A row for each architecture: images per second of all, and the suite's best against the others' best."""
    names = [name for name in dict.fromkeys(m.entry.name for each in found for m in each) if not _is(name, "limit")]
    rows, against = [], dict[str, list[float]](fit=[], torch=[])
    for measured in found:
        by_name = {m.entry.name: m for m in measured}
        row = [measured[0].entry.job.title, *(images_per_second(by_name.get(name)) for name in names)]
        suite = _best(measured, "suite")
        for other, ratios in against.items():
            best = _best(measured, other)
            if suite and best:
                ratios.append(ratio(suite, best))
            row.append(f"{ratios[-1]:.2f}" if suite and best else "–")
        rows.append([*row, *(_share(measured) or "–",)])
    notes = [
        f"suite against {name}: geometric mean {geometric_mean(ratios):.2f}, least {min(ratios):.2f}"
        for name, ratios in against.items()
        if ratios
    ]
    headings = ["architecture", *names, "suite / fit", "suite / torch", "of the limit"]
    return Table(headings, rows, ["images per second, median ± half of the middle half's width", *notes])


def policy_table(found: Sequence[Sequence[Measured]]) -> Table:
    """A row for each architecture and policy: images per second, and the ratio to the first policy's."""
    rows = [
        [m.entry.job.title, m.entry.name, images_per_second(m), f"{ratio(m, measured[0]):.2f}"]
        for measured in found
        for m in measured
    ]
    first = found[0][0].entry.name
    return Table(
        ["architecture", "policy", "images per second", f"of {first}"],
        rows,
        ["images per second, median ± half of the middle half's width; ratios are medians of the rounds' own"],
    )


def _is(name: str, kind: str) -> bool:
    return name.split()[0] == kind


def _best(measured: Sequence[Measured], kind: str) -> Measured | None:
    """The fastest entry of a kind, whatever its precision."""
    return max((m for m in measured if _is(m.entry.name, kind)), key=lambda m: m.median, default=None)


def images_per_second(measured: Measured | None) -> str:
    """`410 ± 12`."""
    if measured is None:
        return "–"
    speed = measured.median * measured.entry.job.batch_size
    return f"{speed:.0f} ± {speed * measured.spread / 2:.0f}"


def _share(measured: Sequence[Measured]) -> str | None:
    """The suite's best step against the matrix product in its precision, in floating-point operations per second.

    A step is counted as three forward passes of two operations for each multiply-add: activations, their gradients, the
    weights' gradients.
    """
    from suite.models.registry import estimate_macs

    suite = _best(measured, "suite")
    limits = [
        m
        for m in measured
        if _is(m.entry.name, "limit") and suite and m.entry.job.precision == suite.entry.job.precision
    ]
    if suite is None or not limits:
        return None
    job = suite.entry.job
    macs = estimate_macs(job.architecture, (job.size, job.size, 3), CLASSES, dict(job.options))
    if macs is None:
        return None
    return f"{ratio(suite, limits[0]) * 6 * macs * job.batch_size / (2 * SIDE**3):.0%}"


def write(folder: Path, table: Table, found: Sequence[Sequence[Measured]], threads: int) -> None:
    """bench.json with every round, bench.md with the table, bench.svg with its numbers. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    measured = [as_mapping(m) for each in found for m in each]
    content: Mapping[str, Any] = {"device": processor_name(), "threads": threads, "steps_per_second": measured}
    write_text(folder / "bench.json", json.dumps(content, indent=1) + "\n")
    heading = f"# Training speed\n\n{processor_name()}, {threads} threads.\n\n"
    write_text(folder / "bench.md", heading + table.markdown)
    write_text(folder / "bench.svg", drawn(found))


def drawn(found: Sequence[Sequence[Measured]]) -> str:
    """Each entry's images per second as a share of its architecture's fastest, as SVG."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    shown = [[m for m in each if not _is(m.entry.name, "limit")] for each in found]
    names = list(dict.fromkeys(m.entry.name for each in shown for m in each))
    figure = Figure(figsize=(7, 1 + 0.16 * sum(map(len, shown))), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    place, ticks = 0.0, []
    for each in shown:
        best = max(m.median for m in each)
        ticks.append((place + (len(each) - 1) / 2, each[0].entry.job.title))
        for m in each:
            series = names.index(m.entry.name)
            label = m.entry.name if m.entry.name not in axes.get_legend_handles_labels()[1] else None
            axes.barh(place, m.median / best, color=f"C{series % 10}", label=label)
            place += 1
        place += 1
    axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
    axes.invert_yaxis()
    axes.set_xlabel("images per second, as a share of the fastest")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
