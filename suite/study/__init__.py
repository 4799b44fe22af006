"""Studies: what is planned, searched, run, recorded and survived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def run(study: str, **settings: Any) -> pd.DataFrame:
    """Carry out a study as `python -m suite.run` does, and return the table of its report.

    `settings` are the command line's keys (`budget="smoke"`, `seeds=5`); a dot is written as two underscores
    (`recipe__learning_rate=0.05`). Raises suite.commandline.Refusal for what the command line refuses.
    """
    from suite.run import execute

    arguments = [f"{name.replace('__', '.')}={_text(value)}" for name, value in settings.items()]
    _, table = execute([f"study={study}", *arguments])
    if table is None:
        raise ValueError("a dry run has no table: leave dry_run out")
    return table


def _text(value: Any) -> str:
    """A value as Hydra reads it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item) for item in value) + "]"
    return str(value)
