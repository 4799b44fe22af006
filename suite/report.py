"""Print a study's table, and write its report: python -m suite.report study=NAME."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from suite.commandline import DONE, FAILED, boolean, enter, name_list, number_list, parse
from suite.core.instances import CHOICES, choose, find, instances
from suite.core.refusals import Refusal, unknown

HELP = """
python -m suite.report study=NAME      refresh reports/NAME from the runs, print the table, write the report
python -m suite.report studies=[A,B]   one page of several studies: only comparable rows are ranked together, and
                                       candidates that all of them have are aggregated (also as results.csv)
python -m suite.report study=NAME folds=true   one table over the folds of data.folds, each an instance of its own
python -m suite.report folder=DIR      render a report again from its folder alone

    budget= dataset= backend= precision= instance=   another instance than the one that ran last
    folds=[A,B]      these instances are the folds (true: those like the one that ran last)
    folder=DIR       with study=NAME: where the report is written (default: reports/NAME)
    table.columns=[rank,year,macs] table.sort=year   with study=NAME: the table's columns, and by what its rows stand,
                     in this report; `table` in the study's file says it for good (python -m suite help studies)
    table.reach=[0.9,0.94]   with study=NAME: the validation accuracies to which it tells the training time
    check=true       write nothing: compare the records with their hashes, render them elsewhere, compare, and
                     name every file that is not as it was, is missing or is too much (exit 1)
    publish=true     also copy the report to reports/published/NAME, to be committed
    workspace=DIR    where runs/ and reports/ lie (default: the current folder)

Writes report.html (opens offline), report.md, table.csv, table.tex, runs.csv, records.npz, hashes.json, figures/.
"""

TABLE: dict[str, Callable[[str], object]] = {"columns": name_list, "sort": str, "reach": number_list}


def main(arguments: list[str]) -> int:
    keys: dict[str, Callable[[str], object]] = {
        "study": str,
        "studies": name_list,
        "folder": Path,
        "workspace": Path,
        "check": boolean,
        "publish": boolean,
        "folds": _folds_wanted,
    }
    keys |= {f"table.{key}": converter for key, converter in TABLE.items()}
    values = parse(arguments, {**keys, "instance": str, **dict.fromkeys(CHOICES, str)})
    workspace = Path(str(values.get("workspace", "."))).expanduser()
    folder = Path(str(values["folder"])).expanduser() if "folder" in values else None
    if folder is not None and folder.resolve().is_relative_to((workspace / "runs").resolve()):
        raise Refusal(f"folder={folder} lies among the runs, where no report is written: name another folder")
    check, publish = bool(values.get("check")), bool(values.get("publish"))
    chosen = {name: str(values[name]) for name in (*CHOICES, "instance") if name in values}
    table = _table(values)
    if "study" not in values or check or values.get("folds"):
        what = "check=true" if check else "folds" if values.get("folds") else "a report without study=NAME"
        _refuse_with(what, {f"table.{key}" for key in TABLE} & values.keys())
    studies = values.get("studies")
    if isinstance(studies, list):
        _refuse_with("studies", {"study", "publish", "folds", *chosen} & values.keys())
        sources = [_existing(workspace, name) if check else _refreshed(workspace, name, {}) for name in studies]
        return _compare(sources, folder, workspace, check)
    if "study" not in values:
        if folder is None:
            raise Refusal("name a study=NAME, several studies=[A,B], or a report's folder=DIR")
        _refuse_with("folder without study", [*chosen, *(["folds"] if values.get("folds") else [])])
        return _one(folder, workspace, check, publish)
    study = str(values["study"])
    if names := values.get("folds"):
        _refuse_with("folds", {"publish"} & values.keys())
        return _over_folds(workspace, study, names if isinstance(names, list) else None, chosen, folder, check)
    if check:
        existing = folder or _existing(workspace, study)
        if chosen:
            _require_instance(existing, workspace, study, chosen)
        return _one(existing, workspace, check, publish)
    return _one(_refreshed(workspace, study, chosen, folder, table), workspace, check, publish)


def _table(values: dict[str, object]) -> dict[str, Any]:
    """How the table is to be arranged, as a study's description says it. Raises Refusal for names there are not."""
    given = {key: values[f"table.{key}"] for key in TABLE if f"table.{key}" in values}
    if given:
        from suite.config.table import table_from

        table_from(given)
    return given


def _require_instance(folder: Path, workspace: Path, study: str, chosen: dict[str, str]) -> None:
    """Raise Refusal where a report is of another instance than the one that was asked for."""
    from suite.analysis.rendering import instance_shown

    wanted = choose(workspace, study, chosen)
    shown = instance_shown(folder)
    if wanted is not None and wanted != shown:
        raise Refusal(f"{folder} is the report of instance {shown}, not of {wanted}; leave out check=true to make that")


def _refuse_with(what: str, keys: Iterable[str]) -> None:
    if keys := sorted(keys):
        raise Refusal(f"{what} cannot go with {', '.join(keys)}")


def _one(folder: Path, workspace: Path, check: bool, publish: bool) -> int:
    from suite.analysis import rendering
    from suite.analysis.table import terminal

    if check:
        return _differences(folder, rendering.check(folder))
    rows = rendering.render(folder)
    print(terminal.summary(folder, rows))
    if publish:
        print(f"published: {rendering.publish(folder, workspace / 'reports' / 'published')}")
    return DONE


def _compare(folders: list[Path], folder: Path | None, workspace: Path, check: bool) -> int:
    from suite.analysis.pages import studies
    from suite.analysis.table import terminal

    target = folder or workspace / "reports" / "+".join(source.name for source in folders)
    if check:
        return _differences(target, studies.check(folders, target))
    print(terminal.summary(target, studies.render(folders, target)))
    return DONE


def _over_folds(
    workspace: Path, study: str, names: list[str] | None, chosen: dict[str, str], folder: Path | None, check: bool
) -> int:
    from suite.analysis import rendering
    from suite.analysis.pages import folds
    from suite.core.lock import is_running
    from suite.records import hashes

    _check_name(workspace, study)
    target = folder or workspace / "reports" / f"{study}-folds"
    if check:
        sources = folds.parts(target, study)
        if not sources:
            raise Refusal(
                f"{target} has no report over folds: make it with python -m suite.report study={study} folds=true"
            )
        changed = [f"{source.name}/{name}" for source in sources for name in hashes.changed(source)]
        return _differences(target, changed or folds.check(sources, target))
    names = names or folds.instances_of(workspace, study, choose(workspace, study, chosen))
    sources = [rendering.refresh(workspace, study, name, target / name, is_running(workspace)) for name in names]
    print(folds.summary(target, folds.render(sources, target)))
    for other in set(folds.parts(target, study)) - set(sources):
        shutil.rmtree(other)  # a fold's report that this page was once made of: it would be taken for one of it
    return DONE


def _folds_wanted(text: str) -> list[str] | bool:
    return boolean(text) if text.lower() in ("true", "false") else name_list(text)


def _differences(folder: Path, names: list[str]) -> int:
    if not names:
        print(f"{folder}: no difference")
        return DONE
    from suite.records.layout import EVERY_RECORD, HASHES

    changed = [name for name in names if name in (HASHES, *EVERY_RECORD)]
    if names == [HASHES] and not (folder / HASHES).exists():
        text = (
            f"has no {HASHES}: it cannot be checked for changed records, though all else is what they give; collect it "
            "anew: python -m suite.report study=NAME"
        )
    elif changed:
        text = f"is not as it was collected: {', '.join(names)}"
    else:
        text = f"differs from what its records give: {', '.join(names)}"
    print(f"{folder} {text}", file=sys.stderr)
    return FAILED


def _refreshed(
    workspace: Path,
    study: str,
    chosen: dict[str, str],
    folder: Path | None = None,
    table: dict[str, Any] | None = None,
) -> Path:
    """A study's folder, refreshed from its runs; where nothing of it ran here, its published report."""
    _check_name(workspace, study)
    published = workspace / "reports" / "published" / study
    if folder is None and not chosen and not table and not instances(workspace, study) and published.is_dir():
        print(f"nothing of {study} has run in this workspace: this is its published report", file=sys.stderr)
        return published
    instance = find(workspace, study, choose(workspace, study, chosen)).name

    from suite.analysis import rendering
    from suite.core.lock import is_running

    return rendering.refresh(workspace, study, instance, folder, is_running(workspace), table)


def _existing(workspace: Path, study: str) -> Path:
    """Where a study's report lies: the local one, else the published one."""
    _check_name(workspace, study)
    for folder in (workspace / "reports" / study, workspace / "reports" / "published" / study):
        if folder.is_dir():
            return folder
    raise Refusal(f"study {study!r} has no report in {workspace}: make it with python -m suite.report study={study}")


def _check_name(workspace: Path, study: str) -> None:
    from suite.config.files import study_files

    ran = {path.name for path in (workspace / "runs").glob("*") if path.is_dir()}
    published = {path.parent.name for path in (workspace / "reports" / "published").glob("*/study.json")}
    names = {*study_files(), *ran, *published}
    if study not in names:
        raise unknown("study", study, names)


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
