"""Cross-validation on one page: the folds of a study, each an instance with a report of its own, pooled."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from suite.analysis.comparing.folds import Fold, as_folds, fold_of, judgements
from suite.analysis.folder import reading
from suite.analysis.pages import method, report
from suite.analysis.table import folds as over_folds
from suite.analysis.table import headings, presentation
from suite.analysis.table.markup import csv_table, latex_table
from suite.core import directories
from suite.core.durable import read_json, write_text
from suite.core.instances import CHOICES, instances
from suite.core.refusals import Refusal
from suite.records import hashes
from suite.records.layout import files, same

INTERVALS = (
    "Each fold's figure is the mean over its seeds; intervals are for the mean over folds. Folds share training "
    "images, so their spread is smaller than that of networks trained on images drawn anew: 95% intervals are "
    "Student's with the folds' variance times (1 / folds done + test / training images), the correction of Nadeau "
    "and Bengio (Machine Learning 52, 2003), a heuristic, for no unbiased estimate of that variance exists "
    "(Bengio and Grandvalet, JMLR 5, 2004). Differences are taken fold by fold. The first's lead over the others "
    "is held against the range of as many equal candidates as are still open (Tukey, Games and Howell), as in "
    "each fold's own report."
)


def instances_of(workspace: Path, study: str, like: str | None = None) -> list[str]:
    """The instances that are folds as `like` is one, by default the one of them that ran last; in the folds' order.

    Raises Refusal where none is a fold, or `like` is not.
    """
    described = {
        name: read_json(directories.instance_directory(workspace, study, name) / directories.STUDY)
        for name in instances(workspace, study)
    }
    places = {name: place for name, found in described.items() if (place := fold_of(found))}
    if not places or (like is not None and like not in places):
        what = f"instance {like} of {study} is no fold" if like else f"study {study} has no instance that is a fold"
        raise Refusal(
            f"{what}: divide a folder without a test set with data.folds=5 data.fold=0, in an instance for each fold"
        )
    like = like or list(places)[-1]
    wanted = (places[like][1], *(described[like].get(key) for key in CHOICES))
    alike = [name for name, (_, of) in places.items() if (of, *(described[name].get(key) for key in CHOICES)) == wanted]
    return sorted(alike, key=lambda name: places[name])


def parts(target: Path, study: str) -> list[Path]:
    """The folders of the folds that a page of this study was made of, sorted: each is called as its instance.

    Whatever else lies in the same folder, other reports or runs, is none of them.
    """
    found = sorted(path.parent for path in target.glob(f"*/{directories.STUDY}"))
    return [folder for folder in found if _is_part(folder, study)]


def _is_part(folder: Path, study: str) -> bool:
    if folder.is_symlink() or not hashes.carried(folder):
        return False
    try:
        described = read_json(folder / directories.STUDY)
        return bool((described["study"], described["instance"]) == (study, folder.name) and fold_of(described))
    except (ValueError, LookupError, TypeError):  # what nobody can read was not made here
        return False


def render(sources: Sequence[Path], target: Path) -> pd.DataFrame:
    """Write the page and tables of the folds of a study, each in a report's folder, into `target`; returns the rows.

    Raises Refusal where they are not folds of one study, or a record of one has changed since it was collected.
    """
    for source in sources:
        hashes.require_unchanged(source)
    folds = as_folds(reading.read(source) for source in sources)
    rows, study = over_folds.pooled(folds), folds[0].records.study
    title, banners = f"{study['title']}, over {folds[0].of} folds", _banners(folds)
    tracks = [(str(track), part) for track, part in rows.groupby("track", sort=False)]
    values = {
        "title": title,
        "question": study.get("question") or "",
        "banners": banners,
        "answers": [
            (f"{track.capitalize()} track", over_folds.headline(part), over_folds.present(part))
            for track, part in tracks
        ],
        "claims": presentation.claims(judgements(folds)),
        "interval": INTERVALS,
        "instances": [f"fold {fold.number}: {fold.records.study['instance']}" for fold in folds],
    }
    texts = {f"report.{kind}": report.write(f"folds.{kind}.j2", **values) for kind in ("html", "md")}
    texts["table.csv"] = csv_table(rows.assign(errors=[_listed(errors) for errors in rows.errors]))
    texts["table.tex"] = "\n".join(
        latex_table(over_folds.present(part), " ".join([f"{title} ({track} track).", *banners]), headings.NUMBERS)
        for track, part in tracks
    )
    target.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_text(target / name, text)
    return rows


def _listed(errors: object) -> str:
    return " ".join(f"{error:.8g}" for error in errors) if isinstance(errors, list) else ""


def _banners(folds: Sequence[Fold]) -> list[str]:
    """What must be known before the numbers: missing folds, and what each fold's own report says over its table."""
    missing = sorted({*range(folds[0].of)} - {fold.number for fold in folds})
    without = [f"fold {number}" for number in missing]
    banners = [f"{len(folds)} of {folds[0].of} folds: {', '.join(without)} did not run"] if without else []
    said: dict[str, list[int]] = {}
    for fold in folds:
        for text in method.over_the_table(fold.records):
            said.setdefault(text, []).append(fold.number)
    for text, numbers in said.items():
        of_all = len(numbers) == len(folds)
        banners.append(text if of_all else f"fold {', '.join(map(str, numbers))}: {text}")
    return banners


def check(sources: Sequence[Path], target: Path) -> list[str]:
    """Render elsewhere and return the names of the files in `target` that differ, are missing or too many, sorted.

    The folds' own folders below `target` are not looked at: each is checked as a report's folder.
    """
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        render(sources, fresh)
        own = {name for name in files(target) if not any((target / name).is_relative_to(source) for source in sources)}
        return sorted(name for name in own | files(fresh) if not same(target / name, fresh / name))


def summary(target: Path, rows: pd.DataFrame) -> str:
    """The table of each track as a terminal shows it, and where the page lies."""
    from suite.analysis.table.terminal import aligned

    parts = [
        f"{part.study.iloc[0]} on {part.dataset.iloc[0]}, {part.folds.iloc[0]} of {part.folds_planned.iloc[0]} folds, "
        f"{track} track\n\n{aligned(over_folds.present(part))}"
        for track, part in rows.groupby("track", sort=False)
    ]
    return "\n\n".join([*parts, f"report: {target / 'report.html'}"])
