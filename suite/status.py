"""`python -m suite.status`: what runs, what is left, what it takes on disk; rebuild the projections; clean up."""

from __future__ import annotations

import os
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from suite.commandline import DONE, FAILED, boolean, enter, parse
from suite.core import directories
from suite.core.addresses import MLFLOW, OPTUNA, Stores
from suite.core.directories import RunKey
from suite.core.durable import read_json
from suite.core.instances import require
from suite.core.planning import described
from suite.core.result import read_result

HELP = """
Show what runs, what is left and what it takes on disk; make MLflow and Optuna's mirror again from the run directories.

    python -m suite.status [study=NAME] [workspace=DIR] [rebuild=true] [clean=true]
                           [storage.mlflow=ADDRESS] [storage.optuna=ADDRESS]

rebuild=true   projects every run directory into MLflow and Optuna's mirror again; training is not touched. The stores
               are those that storage.* or the environment names, as for python -m suite.run: none is remembered
clean=true     deletes what no study needs: checkpoints of runs that are over, unfinished temporary files,
               final runs that a grown search has superseded, and the decoded image cache

Exit: 0 done; 1 a projection failed; 2 refused.
"""


KEYS: dict[str, Callable[[str], object]] = {
    "study": str, "workspace": str, "rebuild": boolean, "clean": boolean, MLFLOW: str, OPTUNA: str,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    given = parse(arguments, KEYS)
    workspace = Path(str(given.get("workspace", "."))).expanduser().resolve()
    instances = list(_instances(workspace, given.get("study")))
    if given.get("clean") or given.get("rebuild"):
        stores = _stores(workspace, given) if given.get("rebuild") else None
        from suite.core.lock import workspace_lock

        with workspace_lock(workspace):
            if given.get("clean"):
                from suite.study.cleaning import clean

                print(f"freed {size_text(clean(workspace, instances))}")
            if stores is not None:
                return _rebuild(workspace, instances, stores)
        return DONE
    if not instances:
        print(f"no study has run in {workspace}")
    for directory in instances:
        print("\n".join(_lines(workspace, directory)))
    return DONE


def _instances(workspace: Path, study: object) -> Iterator[Path]:
    """Directories of the instances in a workspace, of one study or all. Raises Refusal for an unknown study."""
    if study is not None:
        require(workspace, str(study))
    for path in sorted(workspace.glob(f"runs/{study or '*'}/*/{directories.STUDY}")):
        yield path.parent


def _lines(workspace: Path, directory: Path) -> list[str]:
    from suite.core.lock import is_running

    description = read_json(directory / directories.STUDY)
    state = description["state"]
    if state == "running" and not is_running(workspace):
        state = "cut off; the same command goes on from there"
    planned = described(description)
    counts, whole = _counts(directory, planned), Counter((key.candidate, key.phase) for key in planned)
    missing = len(planned) - sum(search + final for search, final, _, _ in counts.values())
    if state == "finished" and missing:  # somebody deleted a run's folder, so that it trains again
        state = f"{missing} of its {len(planned)} runs missing; the same command trains them"
    lines = [f"{description['study']} / {description['instance']}: {state}, {size_text(disk_bytes(directory))} on disk"]
    for candidate in description["candidates"]:
        search, final, failed, going = counts.get(candidate, (0, 0, 0, 0))
        trials, finals = whole[candidate, "search"], whole[candidate, "final"]
        extra = (f", {failed} failed" if failed else "") + (f", {going} begun" if going else "")
        lines.append(f"  {candidate:<24} search {search}/{trials}, final {final}/{finals}{extra}")
    if state != "finished" and description.get("command"):
        lines.append(f"  {_here(description['command'], workspace)}")
    return lines


def _here(command: str, workspace: Path) -> str:
    """A recorded command with the place where the workspace is now: it may have been moved."""
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    return shlex.join(f"workspace={workspace}" if word.startswith("workspace=") else word for word in words)


def _counts(directory: Path, planned: Collection[RunKey]) -> dict[str, tuple[int, int, int, int]]:
    """For each candidate: search runs and final runs that are over, failed ones among them, and begun ones.

    Runs that are not planned any more, of seeds or tracks that were dropped, stay on disk and count nowhere.
    """
    counts: dict[str, list[int]] = {}
    for key, path in directories.run_directories(directory):
        if key not in planned:
            continue
        row = counts.setdefault(key.candidate, [0, 0, 0, 0])
        result = read_result(path)
        if result is None:
            row[3] += 1
        else:
            row[0 if key.phase == "search" else 1] += 1
            row[2] += result.outcome.failed
    return {name: (row[0], row[1], row[2], row[3]) for name, row in counts.items()}


def _stores(workspace: Path, given: Mapping[str, object]) -> Stores:
    from suite.config.stores import stores_from

    return stores_from(workspace, *(str(given[key]) if given.get(key) else None for key in (MLFLOW, OPTUNA)))


def _rebuild(workspace: Path, instances: list[Path], stores: Stores) -> int:
    from suite.study.rebuilding import rebuild

    code = DONE
    for directory in instances:
        runs, error = rebuild(workspace, directory, stores)
        print(f"{directory.parent.name} / {directory.name}: " + (error or f"{runs} runs projected"))
        code = FAILED if error else code
    return code


def disk_bytes(directory: Path) -> int:
    """Bytes of all files below a directory. A study that runs replaces its checkpoints meanwhile."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


def size_text(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
