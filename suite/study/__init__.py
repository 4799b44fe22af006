"""Studies: what is planned, searched, run, recorded and survived."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


_PLAIN = re.compile(r"[\w.+:/-]+", re.ASCII)  # what Hydra's grammar takes as it stands, in lists too


def run(study: str, **settings: Any) -> pd.DataFrame:
    """Carry out a study as `python -m suite.run` does, and return the table of its report.

    `settings` are the command line's keys (`budget="smoke"`, `seeds=5`); a dot is written as two underscores
    (`recipe__learning_rate=0.05`). Raises suite.commandline.Refusal for what the command line refuses, RuntimeError
    where not even a report could be made; warns where a run failed, or the study was stopped or interrupted.
    """
    from suite.commandline import DONE
    from suite.run import execute

    arguments = [f"{name.replace('__', '.')}={_text(value)}" for name, value in settings.items()]
    if "dry_run" in settings:
        raise ValueError("a dry run has no table: leave dry_run out")
    code, table = execute([f"study={study}", *arguments])
    if table is None:
        raise RuntimeError(f"study {study} stopped before it had a report; the reason is printed above")
    if code != DONE:
        warnings.warn(f"study {study}: not everything went well (exit code {code}), see its report", stacklevel=2)
    return table


def _text(value: Any, inside: bool = False) -> str:
    """A value as Hydra reads it; `inside` a list or a mapping, where nothing is no text."""
    from suite.config.compose import quoted

    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_text(item, True)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item, True) for item in value) + "]"
    text = str(value)
    if isinstance(value, Path) or (isinstance(value, str) and not _PLAIN.fullmatch(text)):
        return quoted(text) or ("''" if inside else "")
    return text
