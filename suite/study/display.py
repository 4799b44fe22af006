"""Progress for people: one live table on a terminal, one line per epoch elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from suite import tasks
from suite.core.directories import RunKey
from suite.core.result import Result
from suite.study.estimate import Estimate, clock
from suite.study.remaining import Remaining, Share


class Progress:
    """Follows a study: the runs of an estimate are to be trained in this session. What is shown of each epoch and run
    is what its task selects and is judged by."""

    def __init__(self, expected: Estimate, task: str = tasks.DEFAULT) -> None:
        self._remaining, self._ended = Remaining(expected), set[RunKey]()
        self._selection, self._judged = tasks.get(task).selection, tasks.get(task).judged[0]
        self._started = time.monotonic()
        self._epochs: dict[RunKey, int] = {}

    def count(self) -> str:
        return f"{len(self._ended)}/{len(self._remaining)}"

    def left(self) -> str:
        return clock(self._remaining.seconds(time.monotonic() - self._started))

    def started(self, key: RunKey, attempt: int, epochs: int) -> None:
        self._epochs[key] = epochs
        self._remaining.join(key)
        self.show(key, {}, f"attempt {attempt}" if attempt > 1 else "started")

    def epoch(self, key: RunKey, row: Mapping[str, Any]) -> None:
        epochs, known = self._epochs[key], self._remaining.share(key)
        first = known.first if known else (row["epoch"] - 1) / epochs  # above 0: resumed
        self._remaining.note(key, Share(first, row["epoch"] / epochs))
        self.show(key, row, "")

    def ended(self, key: RunKey, result: Result) -> None:
        self._ended.add(key)
        known = self._remaining.share(key)
        self._remaining.note(key, Share(known.first if known else 0.0, 1.0))
        self._epochs.pop(key, None)
        figure = result.metrics.get(self._judged)
        text = str(result.outcome) + (f", {_spaced(self._judged)} {figure:.4f}" if figure is not None else "")
        self.show(key, {}, text + (f" ({result.reason})" if result.reason else ""))

    def show(self, key: RunKey, row: Mapping[str, Any], text: str) -> None: ...

    def said(self, message: str) -> None: ...

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Lines(Progress):
    """One line per epoch and event, for logs and pipes."""

    def show(self, key: RunKey, row: Mapping[str, Any], text: str) -> None:
        if row:
            figure = row.get(self._selection)
            seen = f"{_spaced(self._selection)} {figure:.4f}, " if figure is not None else ""
            epochs = self._epochs.get(key, "?")
            text = f"epoch {row['epoch']}/{epochs}  {seen}{row['images_per_second']:.0f} images/s"
        self.said(f"[{self.count()}] {key}  {text}  left {self.left()}")

    def said(self, message: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # whoever read the lines is gone; the study goes on
            print(message, flush=True)


class LiveTable(Progress):
    """The table of runs in hand and of those that ended last, redrawn in place."""

    SHOWN = 12

    def __init__(self, expected: Estimate, console: Console, task: str = tasks.DEFAULT) -> None:
        super().__init__(expected, task)
        self._rows: dict[RunKey, list[str]] = {}
        self._live = Live(console=console, refresh_per_second=4, get_renderable=self._table)

    def __enter__(self) -> Progress:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, key: RunKey, row: Mapping[str, Any], text: str) -> None:
        cells = self._rows.pop(key, ["", "", ""])
        if row:
            figure = row.get(self._selection)
            cells = [
                f"{row['epoch']}/{self._epochs.get(key, '?')}",
                f"{figure:.4f}" if figure is not None else "",
                f"{row['images_per_second']:.0f}",
            ]
        self._rows[key] = [*cells[:3], text or "training"]
        for old in list(self._rows)[: -self.SHOWN]:
            del self._rows[old]

    def said(self, message: str) -> None:
        self._live.console.print(message)

    def _table(self) -> Table:
        table = Table(title=f"{self.count()} runs, {self.left()} left", title_justify="left")
        figures = ("epoch", _spaced(self._selection), "images/s")
        for name in ("candidate", "run", *figures, "state"):
            table.add_column(name, justify="right" if name in figures else "left")
        for key, (epoch, figure, speed, state) in list(self._rows.items()):
            table.add_row(key.candidate, f"{key.track} {key.phase} {key.number}", epoch, figure, speed, state)
        return table


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def progress(expected: Estimate, task: str) -> Progress:
    """The live table if a person looks on at a terminal that can redraw, lines otherwise."""
    console = Console(markup=False, highlight=False)
    if sys.stdout.isatty() and not console.is_dumb_terminal:  # which would show nothing until the end
        return LiveTable(expected, console, task)
    return Lines(expected, task)
