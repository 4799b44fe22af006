"""One's own pictures: a folder that `tree` understands, decoded to square images of one size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from suite.core.refusals import Refusal
from suite.data.boxes import in_images
from suite.data.contents import Contents, Source
from suite.data.dataset import DataSpec
from suite.data.fit import Fit
from suite.data.layouts import tiny_imagenet, tree
from suite.data.registry import NamedSet
from suite.data.targets import BOX, LABEL, Targets

if TYPE_CHECKING:
    from suite.data.decoding import Header

KEPT_UP_TO = 128
"""Pictures that are all squares of one size up to this, in pixels, keep it."""

DEFAULT_SIZE = 64
"""The side of the images otherwise, in pixels, where none is asked for: what a CPU can train on."""


def locate(root: Path, image_size: int | None, target: str | None = None) -> Source:
    """The pictures below `root`, with a target beside their classes where one is asked for.

    Raises Refusal for a folder that is missing, empty, or in no layout known.
    """
    if not root.is_dir():
        raise Refusal(f"data.path={root} is not a folder; name one that has a sub-folder of pictures for each class")
    layout = tiny_imagenet if tiny_imagenet.recognised(root) else tree
    try:
        understood = layout.understand(root, target == BOX)
        identity = _identity(root, understood)
    except OSError as error:
        raise Refusal(f"{error.filename} cannot be read ({error.strerror}); mend that or take it away") from error
    return Source(str(root), identity, lambda: _contents(understood, image_size))


def _identity(root: Path, understood: tree.Tree) -> list[object]:
    """Every file's place, size and modification time: 100,000 of them take a second, where decoding takes minutes."""
    start = len(str(root)) + 1
    files = [[str(picture.path)[start:], picture.size, picture.mtime_ns] for picture in understood.pictures]
    read = [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in understood.annotations]
    return [str(root.resolve()), files, read, understood.class_names]


def _contents(understood: tree.Tree, image_size: int | None) -> Contents:
    from suite.data.decoding import decode, read_headers  # Pillow: only for those who need it

    paths = [picture.path for picture in understood.pictures]
    read = read_headers(paths)
    headers = [header for header in read if header is not None]  # decoding names those without one
    size = image_size or default_size(headers)
    channels = 1 if headers and all(header.grey for header in headers) else 3
    return Contents(
        shape=(len(paths), size, size, channels),
        chunks=decode(paths, size, channels),
        targets=_targets(understood, read, size),
        part=understood.part,
        class_names=understood.class_names,
        notes=(*understood.notes, *_notes(headers, size)),
        checksum="none published",
    )


def _targets(understood: tree.Tree, headers: list[Header | None], size: int) -> Targets:
    """Labels, and boxes in the pixels of the images that are `size` wide and high."""
    if understood.boxes is None:
        return Targets.of_labels(understood.labels)
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


def _notes(headers: list[Header], size: int) -> list[str]:
    notes = []
    changed = sum((header.width, header.height) != (size, size) for header in headers)
    if changed:
        sides = {side for header in headers for side in (header.width, header.height)}
        spread = f"{min(sides)} to {max(sides)}" if len(sides) > 1 else f"{min(sides)}"
        cropped = any(header.width != header.height for header in headers)
        notes.append(
            f"folder: {changed:,} of {len(headers):,} pictures (sides of {spread} pixels) were "
            f"{'cut to their central square and ' if cropped else ''}resized to {size}x{size} (bicubic, antialiased)"
        )
    transparent = sum(header.transparent for header in headers)
    if transparent:
        notes.append(f"folder: {transparent:,} pictures with transparency were laid on white")
    return notes


def _find(spec: DataSpec, data_dir: Path | None, offline: bool) -> Source:
    if spec.path is None:
        raise Refusal("dataset=folder needs data.path=DIR: a folder with one sub-folder of pictures for each class")
    return locate(Path(spec.path).expanduser(), spec.image_size, spec.target)


SETS = (NamedSet("folder", _find, Fit(), listed=100, takes_path=True, knows=(BOX,)),)
