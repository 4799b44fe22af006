"""`python -m suite.predict`: classify a folder of pictures with a candidate that a study has trained."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from suite.commandline import DONE, REFUSED, enter, import_keras, parse, whole_number
from suite.core import directories
from suite.core.durable import read_json
from suite.core.instances import CHOICES, choose, find, meaningless, require
from suite.core.published import marker, no_weights
from suite.core.refusals import Refusal, nearest_first, unknown, unreadable

HELP = """
Classify pictures with the final weights of a candidate: the five likeliest classes of each, with their confidence.

    python -m suite.predict study=NAME candidate=NAME images=DIR [track=tuned|shared] [number=N]
                            [budget=] [dataset=] [backend=] [precision=] [instance=NAME]
                            [format=table|csv] [folder=DIR] [workspace=DIR]

images    a folder (searched with all that is below it) or one picture
number    which of the final runs, from 0 (default: 0)
budget, dataset, backend, precision, instance    another instance than the one that ran last

Pictures are brought to the network the way the images of its data set were made.

Of a study with task: localization, the likeliest class of each picture and its box, left, top, right and bottom in the
picture's own pixels; a copy of each picture with its box drawn, and the table as boxes.csv, go to folder=DIR (default:
predictions/STUDY/CANDIDATE in the workspace).

Exit: 0 done; 2 refused. Pictures that cannot be read are named on stderr, and the others are classified.
"""
TOP = 5


def main(arguments: list[str]) -> int:
    texts = ("study", "candidate", "images", "instance", *CHOICES, "track", "format", "workspace", "folder")
    given: dict[str, Any] = parse(arguments, {**dict.fromkeys(texts, str), "number": whole_number})
    for key in ("study", "candidate", "images"):
        if key not in given:
            raise Refusal(f"which {key}? {key}=... is missing; --help shows the rest")
    if given.get("format", "table") not in ("table", "csv"):
        raise unknown("format", given["format"], ("table", "csv"))
    directory, asked = trained_run(given)
    from suite.training import prediction
    from suite.training.prediction import (
        count_coloured,
        find_pictures,
        likeliest,
        read_pictures,
        recorded_fit,
    )
    from suite.training.preprocessing import recorded_preprocessing

    task = prediction.task_of(asked)
    copies = copies_folder(given, places=bool(task.boxes))
    paths, passed_by = find_pictures(Path(given["images"]).expanduser())
    print(*passed_by, sep="\n", end="\n" if passed_by else "", file=sys.stderr)
    preprocessing = recorded_preprocessing(directory)
    pixels, readable, unreadable = read_pictures(paths, recorded_fit(preprocessing, asked), preprocessing.input_shape)
    for path, reason in unreadable:
        print(f"not a readable picture: {path}: {reason}", file=sys.stderr)
    if preprocessing.input_shape[-1] == 1 and (coloured := count_coloured(readable)):
        print(
            f"{coloured} of {len(readable)} pictures are stored in colour; {given['candidate']} was trained on grey "
            "images and sees them in grey",
            file=sys.stderr,
        )
    if not readable:
        return REFUSED
    os.environ["KERAS_BACKEND"] = asked["backend"]
    import_keras()
    answers = task.answers(prediction.outputs(directory, asked, pixels))
    rows = likeliest(answers["label"], list(preprocessing.class_names), TOP)
    print(_whose(directory), file=sys.stderr)
    as_csv = given.get("format") == "csv"
    if copies is not None:
        from suite.training.marking import marked

        root, boxes = Path(given["images"]).expanduser(), answers[task.boxes[0]]
        table = marked(readable, root, copies, recorded_fit(preprocessing, asked), rows, boxes)
        write_lines(table, as_csv)
        print(f"copies with the boxes drawn, and this table as CSV: {copies}", file=sys.stderr)
    else:
        (write_csv if as_csv else write_table)(readable, rows)
    return DONE


def copies_folder(given: dict[str, Any], places: bool) -> Path | None:
    """Where copies with boxes go; None for a task that has no `places`.

    Raises Refusal where they would lie among the pictures and be taken for such, or above, where one may write over
    another picture; and for a folder that nothing would go to.
    """
    if not places:
        if "folder" in given:
            raise Refusal(f"folder=DIR is for copies with boxes, and {given['study']} asks for classes alone: leave it")
        return None
    workspace, images = Path(given.get("workspace", ".")).expanduser(), Path(given["images"]).expanduser().resolve()
    default = workspace / "predictions" / given["study"] / given["candidate"]
    folder = Path(given["folder"]).expanduser() if "folder" in given else default
    if folder.resolve().is_relative_to(images) or images.is_relative_to(folder.resolve()):
        raise Refusal(f"copies with boxes would go to {folder}, among the pictures: name another place with folder=DIR")
    return folder


def trained_run(given: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
    """The directory of the final run that was asked for, and what determined it. Raises Refusal where there is none."""
    workspace = Path(given.get("workspace", ".")).expanduser().resolve()
    require(workspace, given["study"])
    wanted = {name: given[name] for name in (*CHOICES, "instance") if name in given}
    instance = find(workspace, given["study"], choose(workspace, given["study"], wanted))
    runs = dict(directories.run_directories(instance))
    finals = {key: path for key, path in runs.items() if (path / directories.WEIGHTS).exists()}
    candidates = {key.candidate for key in finals}
    if given["candidate"] not in candidates:
        for key, path in runs.items():
            if key.candidate == given["candidate"] and (taken := marker(path)):
                raise no_weights(f"{given['study']} / {instance.name} / {key}", taken)
        if given["candidate"] in {key.candidate for key in runs}:
            raise Refusal(
                f"no final run of {given['candidate']} was completed in {given['study']} / {instance.name}; "
                f"candidates with weights: {', '.join(sorted(candidates)) or '(none)'}"
            )
        _refuse_unfinished(instance, given["candidate"], candidates)
        raise unknown("candidate with final weights", given["candidate"], candidates)
    track = given.get("track") or ("tuned" if any(k.track == "tuned" for k in finals) else "shared")
    key = directories.RunKey(given["candidate"], track, "final", given.get("number", 0))
    if key not in finals:
        there = [str(other) for other in finals if other.candidate == key.candidate]
        raise Refusal(f"no final weights of {key}; there are: {', '.join(nearest_first(str(key), there))}")
    return finals[key], _identity(finals[key] / directories.RUN)


def _whose(directory: Path) -> str:
    """Which run answers: `resnet8/tuned/final/0 of quickstart, instance ..., trained on digits`."""
    study = read_json(directory.parents[3] / directories.STUDY)
    run = directory.relative_to(directory.parents[3])
    meaning = ", whose numbers mean nothing" if meaningless(study) else ""
    return (
        f"by {run.as_posix()} of {study['study']}, instance {study['instance']} ({study['dataset']}, budget "
        f"{study['budget']}{meaning})"
    )


def _refuse_unfinished(instance: Path, candidate: str, having: Collection[str]) -> None:
    """Raises Refusal where a candidate is one of the study's, and none of its final runs is over."""
    described = read_json(instance / directories.STUDY)
    asked = described.get("candidates", {}).get(candidate)
    if asked is None:
        return
    source = (asked.get("starts_from") or asked.get("learns_from") or {}).get("source")
    raise Refusal(
        f"no final run of {candidate} is over yet in {described['study']} / {instance.name}"
        f"{f', for it waits for {source}' if source and source != 'imagenet' else ''}; {described.get('command', '')} "
        f"goes on; candidates with weights: {', '.join(sorted(having)) or '(none)'}"
    )


def _identity(path: Path) -> dict[str, Any]:
    """What determined a run, as its record says. Raises Refusal where that is missing, cut or no such record."""
    try:
        identity = dict(read_json(path)["identity"])
        if missing := [name for name in ("architecture", "options", "backend", "data") if name not in identity]:
            raise KeyError(missing[0])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise unreadable(path, error) from error
    return identity


def write_csv(paths: list[Path], rows: list[list[tuple[str, float]]]) -> None:
    """One line a picture: its path, then class and confidence, likeliest first."""
    writer = csv.writer(sys.stdout)
    count = max(len(row) for row in rows)
    writer.writerow(
        ["image", *(f"{name}_{place}" for place in range(1, count + 1) for name in ("class", "confidence"))]
    )
    for path, row in zip(paths, rows, strict=True):
        writer.writerow([path, *(cell for name, share in row for cell in (name, f"{share:.6f}"))])


def write_lines(table: list[list[str]], as_csv: bool) -> None:
    """Lines of cells, the headings first."""
    if as_csv:
        csv.writer(sys.stdout).writerows(table)
        return
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())


def write_table(paths: list[Path], rows: list[list[tuple[str, float]]]) -> None:
    """The same for people."""
    width = max(len(str(path)) for path in paths)
    for path, row in zip(paths, rows, strict=True):
        print(f"{path!s:<{width}}  " + "  ".join(f"{name} {share:6.1%}" for name, share in row))


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
