"""`python -m suite.predict`: classify a folder of pictures with a candidate that a study has trained."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path
from typing import Any

from suite.commandline import DONE, REFUSED, enter, import_keras, parse
from suite.core import directories
from suite.core.durable import read_json
from suite.core.refusals import Refusal, nearest_first, unknown

HELP = """
Classify pictures with the final weights of a candidate: the five likeliest classes of each, with their confidence.

    python -m suite.predict study=NAME candidate=NAME images=DIR [instance=NAME] [track=tuned|shared] [number=N]
                            [format=table|csv] [workspace=DIR]

images    a folder (searched with all that is below it) or one picture
number    which of the final runs, from 0 (default: 0)

Exit: 0 done; 2 refused. Pictures that cannot be read are named on stderr, and the others are classified.
"""
TOP = 5


def main(arguments: list[str]) -> int:
    texts = ("study", "candidate", "images", "instance", "track", "format", "workspace")
    given: dict[str, Any] = parse(arguments, {**dict.fromkeys(texts, str), "number": int})
    for key in ("study", "candidate", "images"):
        if key not in given:
            raise Refusal(f"which {key}? {key}=... is missing; --help shows the rest")
    if given.get("format", "table") not in ("table", "csv"):
        raise unknown("format", given["format"], ("table", "csv"))
    directory, asked = trained_run(given)
    from suite.training.prediction import find_pictures, likeliest, read_pictures

    paths = find_pictures(Path(given["images"]).expanduser())
    shape, names = preprocessing_facts(directory)
    pixels, readable, unreadable = read_pictures(paths, shape)
    for path, reason in unreadable:
        print(f"not a readable picture: {path}: {reason}", file=sys.stderr)
    if not readable:
        return REFUSED
    os.environ["KERAS_BACKEND"] = asked["backend"]
    import_keras()
    rows = likeliest(directory, asked, pixels, names, TOP)
    (write_csv if given.get("format") == "csv" else write_table)(readable, rows)
    return DONE


def trained_run(given: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
    """The directory of the final run that was asked for, and what determined it. Raises Refusal where there is none."""
    workspace = Path(given.get("workspace", ".")).expanduser().resolve()
    instances = sorted(workspace.glob(f"runs/*/*/{directories.STUDY}"), key=lambda path: path.stat().st_mtime)
    studies = {path.parent.parent.name for path in instances}
    if given["study"] not in studies:
        raise unknown("study in this workspace", given["study"], studies)
    mine = {path.parent.name: path.parent for path in instances if path.parent.parent.name == given["study"]}
    name = given.get("instance", list(mine)[-1])
    if name not in mine:
        raise unknown("instance", name, mine)
    finals = {
        key: path for key, path in directories.run_directories(mine[name]) if (path / directories.WEIGHTS).exists()
    }
    candidates = {key.candidate for key in finals}
    if given["candidate"] not in candidates:
        if given["candidate"] in {key.candidate for key, _ in directories.run_directories(mine[name])}:
            raise Refusal(
                f"no final run of {given['candidate']} was completed in {given['study']} / {name}; "
                f"candidates with weights: {', '.join(sorted(candidates)) or '(none)'}"
            )
        raise unknown("candidate with final weights", given["candidate"], candidates)
    track = given.get("track") or ("tuned" if any(k.track == "tuned" for k in finals) else "shared")
    key = directories.RunKey(given["candidate"], track, "final", given.get("number", 0))
    if key not in finals:
        there = [str(other) for other in finals if other.candidate == key.candidate]
        raise Refusal(f"no final weights of {key}; there are: {', '.join(nearest_first(str(key), there))}")
    return finals[key], read_json(finals[key] / directories.RUN)["identity"]


def preprocessing_facts(directory: Path) -> tuple[tuple[int, int, int], list[str]]:
    """Input shape (H, W, C) and class names that a final run was trained with."""
    values = read_json(directory / "preprocessing.json")
    height, width, channels = values["input_shape"]
    return (height, width, channels), list(values["class_names"])


def write_csv(paths: list[Path], rows: list[list[tuple[str, float]]]) -> None:
    """One line a picture: its path, then class and confidence, likeliest first."""
    writer = csv.writer(sys.stdout)
    count = max(len(row) for row in rows)
    writer.writerow(
        ["image", *(f"{name}_{place}" for place in range(1, count + 1) for name in ("class", "confidence"))]
    )
    for path, row in zip(paths, rows, strict=True):
        writer.writerow([path, *(cell for name, share in row for cell in (name, f"{share:.6f}"))])


def write_table(paths: list[Path], rows: list[list[tuple[str, float]]]) -> None:
    """The same for people."""
    width = max(len(str(path)) for path in paths)
    for path, row in zip(paths, rows, strict=True):
        print(f"{path!s:<{width}}  " + "  ".join(f"{name} {share:6.1%}" for name, share in row))


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
