"""`python -m suite.reproduce REPORT row=NAME`: train one row of a report again, from what the report has inside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite.commandline import DONE, FAILED, boolean, enter, parse_beside_places, whole_number
from suite.core.refusals import Refusal, nearest_first

if TYPE_CHECKING:
    from suite.records.embedded import Embedded, Row
    from suite.study.again import Step

HELP = """
Train one row of a report again, with the settings that its runs had, and say whether the new value is to be expected.

    python -m suite.reproduce REPORT row=NAME [track=tuned|shared] [seed=N|recorded] [data_dir=DIR] [offline=true]
                              [workspace=DIR] [data.path=DIR] [data.labels=FILE]

REPORT      a report.html, which has all that is needed inside it; a report's folder; or a study that has a report here
row         a candidate's name, as the table has it
seed        default: the first seed that the study has not used. The new value has to lie where 95 of 100 values of
            further seeds lie, by those that are recorded. seed=recorded, or the number of a recorded one: on the same
            device, with the same versions, every figure has to be the same to its last digit
data.path   where the pictures lie of a row that was trained on a folder of them

Nothing is searched: values that a search found are in the records. A row that starts from another row has that trained
first; one that starts from another study's weights needs that study in workspace=DIR (default: the current folder).
What is trained goes to reproduced/STUDY there, a workspace of its own; killed, the same command goes on.

Exit: 0 the value is to be expected, or equal; 1 it is not, or the run failed or had to stop; 2 refused before anything
started; 130 interrupted, resumable.
"""

RECORDED = "recorded"


def main(arguments: list[str]) -> int:
    keys: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(("row", "track", "data_dir", "data.path", "data.labels", "workspace"), str),
        "seed": lambda text: text if text == RECORDED else whole_number(text, least=0),
        "offline": boolean,
    }
    places, given = parse_beside_places(arguments, keys)
    if len(places) != 1:
        raise Refusal(
            f"name one report, as in python -m suite.reproduce report.html row=NAME; {len(places)} were given"
        )
    workspace = Path(str(given.get("workspace", "."))).expanduser().resolve()
    page = embedded(workspace, places[0])
    if "row" not in given:
        names = dict.fromkeys(row.candidate for row in page.rows)
        raise Refusal(f"which row? row=NAME, one of: {', '.join(names)}")
    return repeat(page, page.row(str(given["row"]), _text(given, "track")), given, workspace)


def repeat(page: Embedded, row: Row, given: dict[str, Any], workspace: Path) -> int:
    """Train a row again and say what came of it; the exit code."""
    from suite.core.lock import workspace_lock
    from suite.core.outcomes import Outcome
    from suite.models.settings import refuse_settings
    from suite.study import again, repeating
    from suite.study.tolerance import Stopped

    seed = given.get("seed", again.fresh_seed(row, page.runs))
    seed = page.runs[row.runs[0]].seed if seed == RECORDED else int(str(seed))
    again.number_of(seed)
    refuse_settings()
    home = workspace / "reproduced" / page.study
    last = again.step(page, row, seed, places(given, workspace, home))
    repeating.refuse_others(page, last, home)
    with workspace_lock(home):
        print(*plan(page, row, last, home), sep="\n", flush=True)
        try:
            result = repeating.carry_out(page, last, home, lambda line: print(line, flush=True))
        except Stopped as stopped:
            print(f"stopped: {stopped}. What is committed stays; the same command goes on", file=sys.stderr)
            return FAILED
        from suite.analysis.repetition import judged

        origins = repeating.starts(page, last, home) if result.outcome is Outcome.COMPLETED else {}
    verdict = judged(page, row, result, {name: origin.sha256 for name, origin in origins.items()})
    print(*verdict.lines, sep="\n", flush=True)
    return DONE if verdict.holds else FAILED


def plan(page: Embedded, row: Row, last: Step, home: Path) -> list[str]:
    """What trains, as people read it."""
    recorded, parameters = last.recorded, last.spec.parameters
    found = ", ".join(f"{name} {value:.4g}" for name, value in parameters.items())
    known = {page.runs[run].seed for run in row.runs}
    seed = f"seed {last.seed}, {'as recorded' if last.seed in known else 'which the report has no run of'}"
    took = f"; a recorded run took {recorded.device_seconds:.3g} s of training on {recorded.device}"
    lines = [
        f"{page.title}: row {row.candidate} ({row.track} track) of {page.study} / {page.instance}",
        f"{seed}; {f'found by the search: {found}' if found else 'the recipe as it stands'}"
        f"{took if recorded.device_seconds else ''}",
    ]
    before = [str(step.key) for step in last.ordered()][:-1]
    lines += [f"first what it needs of the same report: {', '.join(before)}"] if before else []
    lines += [f"it takes the weights of {origin.run}" for origin in last.origins.values()]
    return [*lines, f"in {home}; stopped, the same command goes on"]


def places(given: dict[str, Any], workspace: Path, home: Path) -> Any:
    """Where things are, as typed."""
    from suite.study.again import Places

    data_dir = Path(str(given["data_dir"])).expanduser().resolve() if "data_dir" in given else None
    own = {name: given[f"data.{name}"] for name in ("path", "labels") if f"data.{name}" in given}
    own = {name: str(Path(str(text)).expanduser().resolve()) for name, text in own.items()}
    return Places(workspace, home, data_dir, own, bool(given.get("offline")))


def embedded(workspace: Path, text: str) -> Embedded:
    """What a page has inside it, or what would be inside that of a folder, or of a study's report.

    Raises Refusal where there is none, and where a page was edited or a record changed.
    """
    path = Path(text).expanduser()
    if path.is_file():
        from suite.records.embedded import read

        return read(path)
    candidates = [path, *([] if path.name != text else [workspace / "reports" / text,
                                                        workspace / "reports" / "published" / text])]  # fmt: skip
    folder = next((place for place in candidates if (place / "study.json").exists()), None)
    if folder is None:
        there = {place.parent.name for place in (workspace / "reports").glob("**/study.json")}
        near = f"; studies with a report here: {', '.join(nearest_first(text, there))}" if there else ""
        raise Refusal(f"{text} is no page, no report's folder and no study with a report here{near}")
    return of_folder(folder)


def of_folder(folder: Path) -> Embedded:
    from suite.analysis.folder.reading import read
    from suite.analysis.pages import again
    from suite.analysis.table.columns import table
    from suite.records import hashes

    hashes.require_unchanged(folder)
    if not hashes.carried(folder):
        raise Refusal(
            f"{folder} has no hashes.json, so nobody knows whether it is as it was collected: publish it again"
        )
    records = read(folder)
    return again.embedded(records, table(records))


def _text(given: dict[str, Any], key: str) -> str | None:
    return str(given[key]) if key in given else None


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
