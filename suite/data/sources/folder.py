"""One's own pictures: a folder that `tree` understands, decoded to square images of one size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from suite.core.refusals import Refusal
from suite.data.boxes import in_images
from suite.data.contents import Along, Contents, Source
from suite.data.dataset import DataSpec
from suite.data.fit import FULL_BITS, Fit, Images, Size, Square, both_sides
from suite.data.layouts import tiny_imagenet, tree
from suite.data.layouts.classes import FOLDER, WAYS
from suite.data.layouts.words import legible
from suite.data.registry import NamedSet
from suite.data.targets import BOX, LABEL, Targets

if TYPE_CHECKING:
    from suite.data.headers import Header

FORM = 3
"""Of what is kept of a folder beside its images; raise it where more is."""

KEPT_UP_TO = 128
"""Pictures that are all squares of one size up to this, in pixels, keep it."""

DEFAULT_SIZE = 64
"""The side of the images otherwise, in pixels, where none is asked for: what a CPU can train on."""


def locate(root: Path, image_size: Size | None, spec: DataSpec | None = None) -> Source:
    """The pictures below `root`, with what `spec` asks for: a target, some of the classes, another fit, ...

    Raises Refusal for a folder that is missing, empty, or in no layout known.
    """
    spec = spec or DataSpec("folder")
    if not root.is_dir():
        unpack = "unpack it, and " if root.is_file() else ""
        raise Refusal(
            f"data.path={root} is not a folder; {unpack}name one that has a sub-folder of pictures for each class"
        )
    choice = _choice(spec)
    plain = choice.labels is None and spec.label_from is None
    layout = tiny_imagenet if plain and tiny_imagenet.recognised(root) else tree
    try:
        understood = layout.understand(root, spec.target == BOX, choice)
        identity = _identity(root, understood, spec)
    except OSError as error:
        raise Refusal(f"{error.filename} cannot be read ({error.strerror}); mend that or take it away") from error
    return Source(str(root), identity, lambda: _contents(root, understood, image_size, spec))


def _choice(spec: DataSpec) -> tree.Choice:
    """How classes are found. Raises Refusal for what does not go together."""
    if spec.target == BOX and spec.fit != "crop":
        raise Refusal(f"data.fit={spec.fit} moves the boxes of task=localization, which cuts the central square")
    if spec.target == BOX and isinstance(spec.image_size, tuple):
        raise Refusal(f"data.image_size={list(spec.image_size)}: task=localization has square images; give one side")
    labels = Path(spec.labels).expanduser() if spec.labels else None
    if labels:
        return tree.Choice(FOLDER, labels, spec.label_from, spec.classes, spec.min_per_class)
    insists = spec.label_from == FOLDER
    return tree.Choice(spec.label_from or FOLDER, None, None, spec.classes, spec.min_per_class, insists)


def _identity(root: Path, understood: tree.Tree, spec: DataSpec) -> list[object]:
    """Every file's place, size and modification time: 100,000 of them take a second, where decoding takes minutes."""
    start = len(str(root)) + 1
    files = [[str(picture.path)[start:], picture.size, picture.mtime_ns] for picture in understood.pictures]
    read = [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in understood.annotations]
    asked: list[object] = [understood.class_names, spec.label_from, spec.fit, spec.on_bad]
    asked += [spec.min_per_class] if spec.min_per_class else []
    return [FORM, str(root.resolve()), files, read, *asked]


def _contents(root: Path, understood: tree.Tree, image_size: Size | None, spec: DataSpec) -> Contents:
    from suite.data.decoding import decode  # Pillow: only for those who need it
    from suite.data.headers import read_headers

    paths = [picture.path for picture in understood.pictures]
    read = read_headers(paths)
    headers = [header for header in read if header is not None]  # decoding names those without one
    size = image_size or default_size(headers)
    channels = 1 if headers and all(header.grey for header in headers) else 3
    fit, along = Fit(square=cast(Square, spec.fit), bits=bits_in_use(headers)), Along()

    def chunks(first: int) -> Iterator[Images]:
        return decode(paths, size, channels, fit, along, skip=spec.on_bad == "skip", first=first)

    return Contents(
        shape=(len(paths), *both_sides(size), channels),
        chunks=chunks(0),
        resume=chunks,
        targets=_targets(understood, read, size),
        part=understood.part,
        class_names=understood.class_names,
        notes=(*understood.notes, *_notes(headers, size, fit)),
        checksum="none published",
        files=tuple(legible(path.relative_to(root).as_posix()) for path in paths),
        along=along,
        fit=fit,
        compared=spec.name == "folder",
        held_out=understood.held_out,
    )


def bits_in_use(headers: list[Header]) -> int:
    """How many bits the grey values of pictures with 16 use: cameras and scanners often fill 10, 12 or 14 of them."""
    peak = max((header.peak for header in headers if header.grey and header.peak is not None), default=0)
    return next((bits for bits in (8, 10, 12, 14) if 0 < peak < 1 << bits), FULL_BITS)


def _targets(understood: tree.Tree, headers: list[Header | None], size: Size) -> Targets:
    """Labels, and boxes in the pixels of the images that are `size` wide and high, a square."""
    if understood.boxes is None:
        return Targets.of_labels(understood.labels)
    assert isinstance(size, int), "refused by _choice"
    sizes = [(header.width, header.height) if header else None for header in headers]
    return Targets({LABEL: understood.labels, BOX: in_images(understood.boxes, sizes, size)})


def default_size(headers: list[Header]) -> int:
    """The side of the images, in pixels, when none is asked for."""
    sizes = {(header.width, header.height) for header in headers}
    if len(sizes) == 1:
        width, height = sizes.pop()
        if width == height <= KEPT_UP_TO:
            return width
    return DEFAULT_SIZE


_SQUARED = {"crop": "cut to their central {}", "pad": "laid on a black {}", "squash": "squashed to a {}"}


def _notes(headers: list[Header], size: Size, fit: Fit) -> list[str]:
    notes = []
    height, width = both_sides(size)
    changed = sum((header.height, header.width) != (height, width) for header in headers)
    small = sum(_enlarged(header, (height, width), fit) for header in headers)
    if changed:
        sides = {side for header in headers for side in (header.width, header.height)}
        spread = f"{min(sides)} to {max(sides)}" if len(sides) > 1 else f"{min(sides)}"
        otherwise = any(header.height * width != header.width * height for header in headers)
        how = _SQUARED[fit.square].format("square" if height == width else f"part of {width}:{height}")
        notes.append(
            f"folder: {changed:,} of {len(headers):,} pictures (sides of {spread} pixels) were "
            f"{f'{how} and ' if otherwise else ''}resized to {height}x{width} (bicubic, antialiased)"
            f"{f', {small:,} of them enlarged' if small else ''}"
        )
    transparent = sum(header.transparent for header in headers)
    if transparent:
        notes.append(f"folder: {transparent:,} pictures with transparency were laid on white")
    deep = [header for header in headers if header.peak is not None]
    if fit.bits != FULL_BITS:
        count = sum(header.grey for header in deep)
        notes.append(
            f"folder: {count:,} grey pictures with 16 bits use {fit.bits} of them: their values are scaled by "
            f"{(1 << fit.bits) - 1:,}"
        )
    dark = [header.peak for header in deep if not header.grey and header.peak is not None and header.peak < 1 << 14]
    if dark:
        notes.append(
            f"folder: {len(dark):,} coloured pictures with 16 bits a channel use few of them (largest value about "
            f"{max(dark):,} of 65,535) and are nearly black; save them with 8 bits, scaled by their range"
        )
    return notes


def _enlarged(header: Header, size: tuple[int, int], fit: Fit) -> bool:
    """Whether a picture has fewer pixels than its place, on one side or, where all of it is kept, on both."""
    smaller = header.height < size[0], header.width < size[1]
    return all(smaller) if fit.square == "pad" else any(smaller)


def _find(spec: DataSpec, data_dir: Path | None, offline: bool) -> Source:
    if spec.path is None:
        raise Refusal("dataset=folder needs data.path=DIR: a folder with one sub-folder of pictures for each class")
    return locate(Path(spec.path).expanduser(), spec.source_size or spec.image_size, spec)


SETS = (NamedSet("folder", _find, Fit(), listed=100, takes_path=True, knows=(BOX,), labels_from=WAYS),)
