"""A list of pictures with their labels: `data.labels=FILE`, a CSV of paths and classes, with or without parts.

A line may name a picture (by path, by name, by name without suffix) or a folder, whose pictures then are all of its
class. The column of labels has one of the usual names, or the one that `data.label_from` says; or there is a column of
zeros and ones for each class, as annotation tools write them.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from suite.core.refusals import Refusal, unknown
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.files.walk import Found, Picture, walk
from suite.data.layouts.classes import Row
from suite.data.layouts.words import UNLABELLED, legible, listed, part_of, same

_PATHS = (
    "path filepath file_path file filename file_name image image_path image_name image_id img name id id_code "
    "image_index folder patient"
).split()
_LABELS = (
    "label class label_name class_name category target species breed diagnosis labels classes choice dx finding "
    "finding_labels level grade"
).split()
_SPLITS = "split part set subset partition fold_name".split()


@dataclass(frozen=True)
class Columns:
    """Where in a line the path, the label and the part stand; split: None where no column has it.

    each: the name of the class of each column of zeros and ones, where there is no column of labels.
    """

    path: int
    label: int
    split: int | None = None
    each: Mapping[int, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return 1 + max(self.path, self.label, self.split or 0, *self.each)

    def label_of(self, line: Sequence[str]) -> str:
        """Empty where no class is said. Raises ValueError where several are."""
        if not self.each:
            return line[self.label].strip()
        found = [name for place, name in self.each.items() if float(line[place]) == 1]
        if len(found) > 1:
            raise ValueError(f"{len(found)} classes ({listed(found, 3)}), where a picture has one")
        return found[0] if found else ""


def read(root: Path, file: Path, found: Found, column: str | None = None) -> tuple[list[Row], list[str]]:
    """The pictures below `root` that `file` lists, and notes about the others. column: the name of that of the labels.

    Raises Refusal for a file that is no such list, names pictures that are not there, or labels one in two ways.
    """
    if not file.is_file():
        beside = root / file.name
        there = f"; did you mean data.labels={beside}?" if beside.is_file() else ""
        wanted = f"name a CSV with the columns path and label (and split){there}"
        raise Refusal(f"data.labels={file} is not a file; {wanted}")
    lines = _lines(file)
    walk(root, found)
    index = _Index(root, found.pictures)
    columns, first = _columns(file, lines, index, column)
    labels: dict[Path, tuple[str, int]] = {}
    rows: list[Row] = []
    missing: list[str] = []
    for number, line in lines[first:]:
        if len(line) < columns.width:
            raise Refusal(f"{file}, line {number}: expected {columns.width} columns or more")
        name = line[columns.path].strip()
        pictures = index.named(name)
        if not pictures:
            missing.append(name)
            continue
        try:
            label = same(columns.label_of(line))
        except ValueError as error:
            raise Refusal(f"{file}, line {number}: {name} has {error}") from None
        if not label:
            raise Refusal(f"{file}, line {number}: {name} has no label; give it one or delete the line")
        for picture in pictures:
            before, where = labels.setdefault(picture.path, (label, number))
            if before != label:
                raise Refusal(f"{file}, line {number}: {name} is {label!r} here and {before!r} in line {where}")
            if where == number:
                rows.append((_part(file, number, line, columns, root, picture), label, picture))
    if missing:
        raise Refusal(f"{file} lists {len(missing)} pictures that {root} has not: {listed(missing)}; mend the paths")
    return _settled(rows, columns), _unlisted(file, len(found.pictures) - len(rows))


def column_of(file: Path, column: str, files: Sequence[str]) -> list[str]:
    """What a column of the list says of each of `files`, which are paths below the folder; empty where it says nothing.

    Raises Refusal where there is no such column.
    """
    lines = _lines(file)
    headings = [cell.strip() for cell in lines[0][1]] if lines else []
    names = [name.lower().replace(" ", "_") for name in headings]
    wanted = column.strip().lower().replace(" ", "_")
    if wanted not in names:
        raise unknown(f"column of {file} in data.group", column, headings)
    root = Path("/")
    index = _Index(root, [Picture(root / name, 0, 0) for name in files])
    path, place = _path_column(names, [line for _, line in lines[1:]], index), names.index(wanted)
    said: dict[str, str] = {}
    for _, line in lines[1:]:
        if path is not None and len(line) > max(path, place):
            for picture in index.named(line[path].strip()):
                said[picture.path.relative_to(root).as_posix()] = line[place].strip()
    return [said.get(name, "") for name in files]


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
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Refusal(f"{file}, line {reader.line_num}: not a line of a CSV ({error}); mend it") from None


def _columns(
    file: Path, lines: Sequence[tuple[int, list[str]]], index: _Index, column: str | None
) -> tuple[Columns, int]:
    """The columns, and the first line after the headings. Two columns without headings are path and label.

    Raises Refusal where no column has pictures, or it is not plain which has the labels.
    """
    if not lines:
        raise Refusal(f"{file} is empty; expected lines of path and label")
    headings = [cell.strip() for cell in lines[0][1]]
    names = [name.lower().replace(" ", "_") for name in headings]
    plain = names[0] in _PATHS and names[1:2] and names[1] in _LABELS  # there may be a folder `image`, too
    bare = index.named(headings[0]) or not {*names} & {*_PATHS, *_LABELS}
    if len(names) == 2 and column is None and not plain and bare:
        return Columns(0, 1), 0
    split = next((names.index(word) for word in _SPLITS if word in names), None)
    path = _path_column(names, [line for _, line in lines[1:]], index)
    if path is None:
        raise Refusal(
            f"{file}, line 1: expected headings, among them one of {', '.join(_PATHS[:5])}, ..., not "
            f"{', '.join(names[:8])}; and no column names pictures of this folder"
        )
    if column is not None:
        wanted = column.strip().lower().replace(" ", "_")
        if wanted not in names:
            raise unknown(f"column of {file} in data.label_from", column, headings)
        return Columns(path, names.index(wanted), split), 1
    label = next((names.index(word) for word in _LABELS if word in names and names.index(word) != path), None)
    others = [place for place in range(len(names)) if place not in (path, split)]
    if label is None and len(others) > 1 and _one_for_each(lines[1:], others):
        return Columns(path, path, split, {place: headings[place] for place in others}), 1
    if label is None:
        raise Refusal(
            f"{file}, line 1: which column has the labels? None is called {', '.join(_LABELS[:4])}, ...: say "
            f"data.label_from=COLUMN, one of {', '.join(headings[place] for place in others[:8])}"
        )
    return Columns(path, label, split), 1


def _path_column(names: Sequence[str], lines: Sequence[list[str]], index: _Index) -> int | None:
    """The column whose lines name pictures: one that is called so, else any; of those called so, the first at least."""
    called = [names.index(word) for word in _PATHS if word in names]
    some = lines[:LOOKED_AT]
    for place in [*called, *(place for place in range(len(names)) if place not in called)]:
        hits = sum(bool(len(line) > place and index.named(line[place].strip())) for line in some)
        if 2 * hits > len(some):
            return place
    return called[0] if called else None


def _one_for_each(lines: Sequence[tuple[int, list[str]]], places: Sequence[int]) -> bool:
    """Whether these columns have nothing but zeros and ones."""
    known = {"0", "1", "0.0", "1.0"}
    return all(len(line) > max(places) and all(line[place].strip() in known for place in places) for _, line in lines)


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


LOOKED_AT = 200
"""Lines by which the column of pictures is found."""


class _Index:
    """Pictures by their path below the root, by folder, and, where that is unique, by name, also without suffix."""

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
        self._below = defaultdict[str, list[Picture]](list)
        inside = defaultdict[str, set[str]](set)
        for path, picture in self._by_path.items():
            steps = path.split("/")[:-1]
            for depth in range(1, len(steps) + 1):
                self._below["/".join(steps[:depth])].append(picture)
                inside[steps[depth - 1]].add("/".join(steps[:depth]))
        self._folders = {name: next(iter(paths)) for name, paths in inside.items() if len(paths) == 1}

    def named(self, name: str) -> list[Picture]:
        """The picture of this name, or all in the folder of this name."""
        picture = self.get(name) if name else None
        if picture is not None:
            return [picture]
        key = same(name.replace("\\", "/").removeprefix("./").rstrip("/"))
        return self._below.get(key) or self._below.get(self._folders.get(key, ""), [])

    def get(self, name: str) -> Picture | None:
        key = same(name.replace("\\", "/").removeprefix("./"))
        if key in self._by_path:
            return self._by_path[key]
        for short in (key, key.rpartition("/")[2]):
            if short in self._unique:
                return self._by_name[short]
        return None
