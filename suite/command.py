"""What `python -m suite.run` does, from its arguments to the report's table; notebooks call it as `suite.study.run`."""

from __future__ import annotations

import contextlib
import re
import shlex
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite.commandline import DONE, FAILED, INTERRUPTED
from suite.core.addresses import recordable
from suite.core.home import ensure_home
from suite.core.refusals import os_error_text

if TYPE_CHECKING:
    import pandas as pd

    from suite.config.study import Study
    from suite.core.questions import Question
    from suite.study.outlook import Outlook

_PLAIN = re.compile(r"[\w.+:/-]+", re.ASCII)  # what Hydra's grammar takes as it stands, in lists too
CODES = {"finished": DONE, "stopped": FAILED, "interrupted": INTERRUPTED}


def run(study: str, **settings: Any) -> pd.DataFrame:
    """Carry out a study as `python -m suite.run` does, and return the table of its report.

    `settings` are the command line's keys (`budget="smoke"`, `seeds=5`); a dot is written as two underscores
    (`recipe__learning_rate=0.05`), and `from` as `from_`. Raises suite.core.refusals.Refusal for what the command line
    refuses, RuntimeError where not even a report could be made; warns where a run failed, or the study was stopped or
    interrupted.
    """
    arguments = [f"{name.removesuffix('_').replace('__', '.')}={_text(value)}" for name, value in settings.items()]
    if "dry_run" in settings:
        raise ValueError("a dry run has no table: leave dry_run out")
    code, table = execute([f"study={study}", *arguments])
    if table is None:
        raise RuntimeError(f"study {study} stopped before it had a report; the reason is printed above")
    if code != DONE:
        warnings.warn(f"study {study}: not everything went well (exit code {code}), see its report", stacklevel=2)
    return table


def execute(arguments: list[str]) -> tuple[int, pd.DataFrame | None]:
    """Carry out one command: the exit code, and the report's table (None after a dry run)."""
    began = time.monotonic()
    from suite.config.compose import compose
    from suite.config.study import study_from

    public = [recordable(argument) for argument in arguments]
    study = study_from(compose(arguments), command=shlex.join(["python", "-m", "suite.run", *public]))

    from suite.core.lock import workspace_lock
    from suite.models.settings import refuse_settings

    ensure_home(study.workspace)
    refuse_settings()
    with contextlib.nullcontext() if study.dry_run in ("true", "power") else workspace_lock(study.workspace):
        try:  # a dry run writes no run, at most the cache of data, whoever is at work
            return _carry_out(study, began)
        except OSError as error:
            print(f"stopped: {os_error_text(error)}. What is committed stays; the same command goes on")
            return FAILED, None


def _carry_out(study: Study, began: float | None = None) -> tuple[int, pd.DataFrame | None]:
    from suite.study.outlook import divided, look, settled
    from suite.study.session import carry_out

    def say(line: str) -> None:
        print(line, flush=True)

    outlook = divided(settled(look(study), study, say), say, began)
    study = outlook.ledger.study
    print("\n".join([*outlook.lines(), *_more_time(study, outlook)]), flush=True)
    if study.dry_run == "true":
        return DONE, None
    if study.dry_run == "power":
        print("\n".join(_power(study, outlook)), flush=True)
        return DONE, None
    if study.dry_run == "measure":
        return _measure(outlook, say), None
    tables: list[pd.DataFrame] = []
    end = carry_out(outlook, lambda: _report(study, tables), _judge)
    print(*end.lines, sep="\n", end="\n" if end.lines else "")
    code = CODES[end.state]
    return FAILED if (end.failed or end.unevaluated) and code == DONE else code, tables[0]


def _measure(outlook: Outlook, say: Callable[[str], None]) -> int:
    """Time the candidates, and say how long the plan takes by that; where a time was divided, that was just done."""
    from suite.study.estimate import clock, estimate
    from suite.study.timing import measure

    if outlook.allotment is not None:
        return DONE
    say("measuring each candidate for a few seconds, after half a minute or so of starting and tracing it")
    found = measure(outlook.ledger, say)
    say(f"the plan: about {clock(estimate(outlook.ledger, outlook.missing).seconds)}")
    return FAILED if found.failed else DONE


def _more_time(study: Study, outlook: Outlook) -> list[str]:
    """What more time would buy, where a study's time is divided."""
    if outlook.allotment is None:
        return []
    from suite.analysis.pages.time_budget import more_time

    found = None if study.dry_run == "false" else _seen(study)
    trials = study.search.trials * study.search.length if "tuned" in study.tracks else 0
    images = _test_images(outlook)
    return [more_time(found, images, study.seeds, trials, len(study.tracks), outlook.allotment["seconds"])]


def _seen(study: Study) -> Any:
    """The spread that this instance has shown so far, as `power.seen` tells it; None before there is any."""
    from suite.analysis import power
    from suite.core.directories import STUDY

    return power.of_instance(study.directory) if (study.directory / STUDY).exists() else None


def _test_images(outlook: Outlook) -> int:
    ledger = outlook.ledger
    return min(len(ledger.dataset(name).test) for name in ledger.candidates)


def _power(study: Study, outlook: Outlook) -> list[str]:
    """How many seeds, images and hours would decide a difference, from what this instance has shown so far."""
    from suite.analysis import power
    from suite.core.directories import RunKey
    from suite.study.estimate import clock, estimate

    ledger = outlook.ledger

    def cost(seeds: int) -> str:
        """The time of all that is missing for so many seeds, the search included."""
        finals = (
            RunKey(candidate.name, track, "final", number)
            for candidate in study.candidates
            for track in study.tracks
            for number in range(seeds)
        )
        keys = [key for key in outlook.missing if key.phase == "search"]
        keys += [key for key in finals if key not in ledger.results]
        return f"about {clock(estimate(ledger, keys).seconds)} more" if keys else "done"

    return power.lines(_seen(study), _test_images(outlook), study.seeds, cost)


def _judge(instance: Path) -> list[Question]:
    """What a study asks of its candidates, as its report would judge it now."""
    from suite.analysis.questions import of_instance

    return of_instance(instance)


def _report(study: Study, tables: list[pd.DataFrame]) -> Path:
    """Render and show the report; returns its folder and appends its table."""
    from suite.analysis import rendering
    from suite.analysis.table.terminal import summary

    before = rendering.instance_shown(study.workspace / "reports" / study.name)
    folder = rendering.refresh(study.workspace, study.name, study.instance)
    table = rendering.render(folder)
    tables.append(table)
    with contextlib.suppress(BrokenPipeError):  # whoever read along has gone: the study is done all the same
        print(summary(folder, table), flush=True)
        if before not in (None, study.instance):
            print(f"It replaces that of another instance: python -m suite.report study={study.name} instance={before}")
    return folder


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
