"""A list of pictures with their labels: `data.labels=FILE`, a CSV of paths and classes, with or without parts."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.files.walk import Found, Picture, walk
from suite.data.layouts.classes import Row
from suite.data.layouts.words import UNLABELLED, legible, listed, part_of, same

_PATHS = "path filepath file_path file filename file_name image image_path image_name image_id img name id".split()
_LABELS = "label class label_name class_name category target species breed diagnosis labels classes".split()
_SPLITS = "split part set subset partition fold_name".split()


@dataclass(frozen=True)
class Columns:
    """Where in a line the path, the label and the part stand; split: None where no column has it."""

    path: int
    label: int
    split: int | None = None


def read(root: Path, file: Path, found: Found) -> tuple[list[Row], list[str]]:
    """The pictures below `root` that `file` lists, and notes about the others.

    Raises Refusal for a file that is no such list, names pictures that are not there, or labels one in two ways.
    """
    if not file.is_file():
        raise Refusal(f"data.labels={file} is not a file; name a CSV with the columns path and label (and split)")
    lines = _lines(file)
    columns, first = _columns(file, lines)
    walk(root, found)
    index = _Index(root, found.pictures)
    labels: dict[Path, tuple[str, int]] = {}
    rows: list[Row] = []
    missing: list[str] = []
    for number, line in lines[first:]:
        if len(line) <= max(columns.path, columns.label, columns.split or 0):
            raise Refusal(f"{file}, line {number}: expected {1 + max(columns.path, columns.label)} columns or more")
        name, label = line[columns.path].strip(), same(line[columns.label].strip())
        picture = index.get(name)
        if picture is None:
            missing.append(name)
            continue
        if not label:
            raise Refusal(f"{file}, line {number}: {name} has no label; give it one or delete the line")
        if picture.path in labels:
            before, where = labels[picture.path]
            if before != label:
                raise Refusal(f"{file}, line {number}: {name} is {label!r} here and {before!r} in line {where}")
            continue
        labels[picture.path] = label, number
        rows.append((_part(file, number, line, columns, root, picture), label, picture))
    if missing:
        raise Refusal(f"{file} lists {len(missing)} pictures that {root} has not: {listed(missing)}; mend the paths")
    return _settled(rows, columns), _unlisted(file, len(found.pictures) - len(rows))


def _lines(file: Path) -> list[tuple[int, list[str]]]:
    """Number and fields of each line that is not empty."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = file.read_text(encoding="latin-1")
    head = text.partition("\n")[0]
    mark = max("\t,;", key=head.count)
    if not head.count(mark):
        return [(number, line.rsplit(None, 1)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=mark)
    try:
        return [(reader.line_num, row) for row in reader if any(field.strip() for field in row)]
    except csv.Error as error:
        raise Refusal(f"{file}, line {reader.line_num}: not a line of a CSV ({error}); mend it") from None


def _columns(file: Path, lines: Sequence[tuple[int, list[str]]]) -> tuple[Columns, int]:
    """The columns, and the first line after the headings. Two columns without headings are path and label."""
    if not lines:
        raise Refusal(f"{file} is empty; expected lines of path and label")
    names = [field.strip().lower().replace(" ", "_") for field in lines[0][1]]
    path, label, split = (
        next((names.index(w) for w in words if w in names), None) for words in (_PATHS, _LABELS, _SPLITS)
    )
    if path is not None and label is not None and path != label:
        return Columns(path, label, split), 1
    if len(names) == 2 and path is None and label is None:
        return Columns(0, 1), 0
    raise Refusal(
        f"{file}, line 1: expected headings, among them one of {', '.join(_PATHS[:5])}, ... and one of "
        f"{', '.join(_LABELS[:4])}, ..., not {', '.join(names[:8])}"
    )


def _part(file: Path, number: int, line: list[str], columns: Columns, root: Path, picture: Picture) -> int:
    """The part that a line names; without such a column that of the folder in which the picture lies."""
    if columns.split is not None:
        part = part_of(line[columns.split])
        if part is None or part == UNLABELLED:
            raise Refusal(f"{file}, line {number}: {line[columns.split]!r} is no part; expected train, val or test")
        return part
    steps = picture.path.relative_to(root).parts
    part = part_of(steps[0]) if len(steps) > 1 else None
    return part if part in (VALIDATION, TEST) else TRAIN


def _settled(rows: list[Row], columns: Columns) -> list[Row]:
    """Folders called test divide a list only where others are called train."""
    if columns.split is None and not any(part == TRAIN for part, _, _ in rows):
        return [(TRAIN, label, picture) for _, label, picture in rows]
    return rows


def _unlisted(file: Path, count: int) -> list[str]:
    return [f"folder: {count:,} pictures that {file.name} does not list are not used"] if count else []


class _Index:
    """Pictures by their path below the root, and, where that is unique, by name and by name without suffix."""

    def __init__(self, root: Path, pictures: Sequence[Picture]) -> None:
        self._by_path = {same(legible(picture.path.relative_to(root).as_posix())): picture for picture in pictures}
        self._by_name: dict[str, Picture] = {}
        names: Counter[str] = Counter()
        for path, picture in self._by_path.items():
            name = path.rpartition("/")[2]
            for key in {name, name.rpartition(".")[0] or name, path.rpartition(".")[0]}:
                names[key] += 1
                self._by_name[key] = picture
        self._unique = {key for key, count in names.items() if count == 1}

    def get(self, name: str) -> Picture | None:
        key = same(name.replace("\\", "/").removeprefix("./"))
        if key in self._by_path:
            return self._by_path[key]
        for short in (key, key.rpartition("/")[2]):
            if short in self._unique:
                return self._by_name[short]
        return None
