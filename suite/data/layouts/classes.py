"""The pictures of a folder with their classes: by class folder, by innermost folder, or by file name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from suite.core.refusals import Refusal, unknown
from suite.data.contents import TRAIN
from suite.data.files.walk import Found, Picture, Place, holds_pictures, lost_links, place_of, subfolders, walk
from suite.data.layouts.parts import lists_beside
from suite.data.layouts.words import class_in, legible, listed, means_annotations, means_pictures, same

FOLDER, INNER, NAME = "folder", "inner", "name"
WAYS = (FOLDER, INNER, NAME)
"""Where `data.label_from` finds the class of a picture."""

Row = tuple[int, str, Picture]
"""Part, class, picture."""


@dataclass
class Seen:
    """What reading class folders comes across that has to be said: counts by class."""

    found: Found = field(default_factory=Found)
    merged: dict[str, Counter[str]] = field(default_factory=dict)
    unread: dict[str, Counter[str]] = field(default_factory=dict)
    annotations: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    recoded: set[str] = field(default_factory=set)
    circles: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        notes = list(self.found.others_note())
        if self.unread:
            left = [
                f"{name} {counts.total():,} ({', '.join(sorted(counts))}; {self.kept[name]:,} remain)"
                for name, counts in self.unread.items()
            ]
            heic = any(suffix.startswith(".hei") for counts in self.unread.values() for suffix in counts)
            hint = "; pip install pillow-heif, and .heic is read" if heic else ""
            notes.append(f"folder: pictures in formats that are not read were ignored: {listed(left)}{hint}")
        if self.annotations:
            places = ", ".join(f"{count:,} in {name}/" for name, count in sorted(self.annotations.items()))
            notes.append(
                f"folder: pictures beside images/ that are annotations by their folder were ignored ({places})"
            )
        if self.merged:
            inner = [
                f"{name} ({listed([f'{folder} {count:,}' for folder, count in sorted(counts.items())], 5)})"
                for name, counts in self.merged.items()
            ]
            notes.append(
                f"folder: inner folders were merged into one class each: {listed(inner, 5)}; "
                "data.label_from=inner makes the inner folders the classes"
            )
        if self.circles:
            notes.append(f"folder: links that lead back to where they lie are not followed: {listed(self.circles)}")
        if self.recoded:
            notes.append(f"folder: names that are not UTF-8 are read as Latin-1: {listed(sorted(self.recoded))}")
        return notes


def class_folders(folder: Path, seen: Seen, above: frozenset[Place]) -> dict[str, Path]:
    """The class folders in `folder` by class, in the order of their names.

    Folders of annotations without a picture, and links back to `folder` or `above`, are none; links without a suffix
    that lead nowhere may have been classes, and are kept in mind. Raises Refusal for two folders of one name or place.
    """
    found: dict[str, Path] = {}
    places: dict[Place, Path] = {}
    up = above | {place_of(folder)}
    seen.found.dangling += lost_links(folder)
    for path in subfolders(folder):
        place, name = place_of(path), same(legible(path.name))
        if place in up:
            seen.circles.append(path.name)
            continue
        if means_annotations(path.name) and not holds_pictures(path):
            continue
        if place in places:
            raise Refusal(f"{places[place]} and {path} are the same folder: delete the link")
        if name in found:
            raise Refusal(f"{folder} has two folders whose names are both read as {name!r}: rename one")
        places[place], found[name] = path, path
    return found


def by_folder(part: int, folders: dict[str, Path], seen: Seen, above: frozenset[Place]) -> list[Row]:
    """Everything below a class's folder, at any depth, is of the class."""
    rows: list[Row] = []
    for name, folder in folders.items():
        pictures, unread = _walked(folder, seen.found, above)
        annotated = _annotations(folder)
        inner: Counter[str] = Counter()
        for picture in pictures:
            steps = picture.path.relative_to(folder).parts
            first = steps[0] if len(steps) > 1 else "."
            if first in annotated:
                seen.annotations[first] += 1
                continue
            inner[first] += 1
            rows.append((part, name, picture))
        seen.kept[name] += inner.total()
        if len(inner) > 1:
            seen.merged[name] = seen.merged.get(name, Counter()) + inner
        if unread:
            seen.unread[name] = seen.unread.get(name, Counter()) + unread
        if legible(folder.name) != folder.name:
            seen.recoded.add(name)
    return rows


def by_inner(part: int, folder: Path, seen: Seen, above: frozenset[Place]) -> list[Row]:
    """Every folder that holds pictures is a class, by its path below `folder`; loose pictures have the class ""."""

    def name_of(path: Path) -> str:
        steps = path.parent.relative_to(folder).parts
        if len(steps) > 1 and means_pictures(steps[-1]):
            steps = steps[:-1]
        return same(legible("/".join(steps)))

    return _by(part, folder, seen, above, name_of)


def by_name(part: int, folder: Path, seen: Seen, above: frozenset[Place]) -> list[Row]:
    """The class is in the file's name; "" where there is nothing but a number."""
    return _by(part, folder, seen, above, lambda path: same(legible(class_in(path))))


def _by(part: int, folder: Path, seen: Seen, above: frozenset[Place], name_of: Callable[[Path], str]) -> list[Row]:
    pictures, unread = _walked(folder, seen.found, above)
    rows = [(part, name_of(picture.path), picture) for picture in pictures]
    seen.kept.update(name for _, name, _ in rows)
    if unread:
        seen.unread[folder.name] = unread
        seen.kept[folder.name] = len(rows)
    return rows


def _walked(folder: Path, found: Found, above: frozenset[Place]) -> tuple[list[Picture], Counter[str]]:
    before, unread = len(found.pictures), found.unread.copy()
    walk(folder, found, above)
    return found.pictures[before:], found.unread - unread


def _annotations(folder: Path) -> set[str]:
    """The sub-folders of masks and the like beside one of pictures."""
    names = [path.name for path in subfolders(folder)]
    return {name for name in names if means_annotations(name)} if any(map(means_pictures, names)) else set()


def chosen(names: Iterable[str], wanted: tuple[str, ...] | int | None) -> tuple[str, ...]:
    """The classes that `data.classes` asks for, in the order of all; all for None, the first for a number.

    Raises Refusal for a class that is not there.
    """
    everything = tuple(names)
    if wanted is None:
        return everything
    if isinstance(wanted, int):
        if wanted > len(everything):
            raise Refusal(f"data.classes={wanted}: there are {len(everything)} classes")
        return everything[:wanted]
    for name in wanted:
        if same(name) not in everything:
            raise unknown("class in data.classes", name, everything, "python -m suite.data without classes")
    return tuple(name for name in everything if name in {same(word) for word in wanted})


def frequent(
    names: tuple[str, ...], rows: list[Row], least: int | None
) -> tuple[tuple[str, ...], list[Row], list[str]]:
    """The classes with at least so many training pictures (`data.min_per_class`), their rows, and a note about the
    others."""
    if least is None:
        return names, rows, []
    counts = Counter(name for part, name, _ in rows if part == TRAIN)
    kept = tuple(name for name in names if counts[name] >= least)
    if not kept:
        raise Refusal(f"data.min_per_class={least}: the largest class has {max(counts.values(), default=0)} pictures")
    some = [row for row in rows if row[1] in set(kept)]
    if len(kept) == len(names):
        return kept, some, []
    gone = f"{len(names) - len(kept):,} of {len(names):,} classes have fewer than {least} training pictures"
    return (
        kept,
        some,
        [f"folder: {gone} (data.min_per_class) and are not used, with {len(rows) - len(some):,} pictures"],
    )


def refuse_classes(folder: Path, class_names: Sequence[str], labels: list[int], least: int) -> None:
    """Raises Refusal when `folder` has no, one or empty classes, or one with fewer than `least` images to divide."""
    layout = "one sub-folder of pictures for each class, or train/, val/ and test/ with such sub-folders"
    if not class_names:
        raise Refusal(
            f"{folder} has no class folders; expected {layout}; where the class stands in a file's name, "
            "set data.label_from=name, and where a list has it, data.labels=FILE.csv"
        )
    counts = np.bincount(np.array(labels, np.int64), minlength=len(class_names))
    empty = [name for name, count in zip(class_names, counts, strict=True) if not count]
    if empty:
        guess = _of_pictures(folder, class_names, empty)
        raise Refusal(f"{folder} has classes without pictures: {listed(empty)}; fill or delete these folders{guess}")
    if len(class_names) == 1:
        inner = folder / class_names[0]
        guess = f"; did you mean path={_widest(inner)}?" if inner.is_dir() and subfolders(inner) else ""
        if not guess and means_pictures(class_names[0]):
            guess = f"; where the class stands in a file's name, set data.label_from=name; {lists_beside(folder)}"
        raise Refusal(f"{folder} has a single class, {class_names[0]!r}; expected {layout}{guess}")
    small = [f"{name} ({count})" for name, count in zip(class_names, counts, strict=True) if count < least]
    if small:
        raise Refusal(
            f"{folder} has classes with fewer than the {least} pictures that dividing needs: {listed(small)}; "
            f"add pictures, or data.min_per_class={least} leaves such classes out"
        )


def _widest(folder: Path) -> Path:
    """Down to where there is something to choose from."""
    while len(inner := [path for path in subfolders(folder) if holds_pictures(path)]) == 1 and subfolders(inner[0]):
        folder = inner[0]
    return folder


def _of_pictures(folder: Path, names: Sequence[str], empty: Sequence[str]) -> str:
    """Where the classes rather are, if the one folder with pictures is called `images` or the like."""
    rest = [name for name in names if name not in empty]
    inner = folder / rest[0] if len(rest) == 1 else None
    return f", or did you mean path={inner}?" if inner and means_pictures(inner.name) and subfolders(inner) else ""
