"""Any changed byte of a report's folder is found: in its records by their hashes, in what is rendered from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from suite.analysis import rendering
from suite.core.refusals import Refusal
from suite.records import hashes
from suite.records.layout import HASHES, RECORD_FILES

PLACES = 20
PUBLISHED = Path(__file__).parents[2] / "reports" / "published" / "quickstart"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a published report."""
    shutil.copytree(PUBLISHED, tmp_path / "quickstart")
    return tmp_path / "quickstart"


def flip(path: Path, place: int) -> None:
    """Change one bit of the byte at one of `PLACES` places, from the first byte to the last."""
    content = bytearray(path.read_bytes())
    content[place * (len(content) - 1) // (PLACES - 1)] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", [*RECORD_FILES, HASHES])
def test_a_flipped_bit_of_a_record_or_of_the_hashes_is_named(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    for place in range(PLACES):
        flip(folder / name, place)
        assert name in hashes.changed(folder), place
        if name != HASHES:
            assert rendering.check(folder) == [name], place
        (folder / name).write_bytes(whole)
    assert hashes.changed(folder) == []


@pytest.mark.slow
def test_a_flipped_bit_of_what_is_rendered_is_named(folder: Path) -> None:
    rendered = [path for path in folder.rglob("*") if path.is_file() and path.name not in (*RECORD_FILES, HASHES)]
    assert len(rendered) > 10
    whole = {path: path.read_bytes() for path in rendered}
    for place in range(PLACES):
        for path in rendered:
            flip(path, place)
        assert rendering.check(folder) == sorted(path.relative_to(folder).as_posix() for path in rendered)
        for path, content in whole.items():
            path.write_bytes(content)


def test_missing_files_and_files_too_many_are_named(folder: Path) -> None:
    assert rendering.check(folder) == []
    (folder / "notes.txt").write_text("by hand", encoding="utf-8")
    (folder / "figures" / "errors-tuned.svg").unlink()
    assert rendering.check(folder) == ["figures/errors-tuned.svg", "notes.txt"]
    (folder / "records.npz").unlink()
    assert rendering.check(folder) == ["notes.txt", "records.npz"]


def test_a_record_that_does_not_show_in_the_pages_is_found(folder: Path) -> None:
    """What was not found once: the width of a search run."""
    runs = folder / "runs.csv"
    lines = runs.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(index for index, line in enumerate(lines) if ",search," in line and '""width"": 0.5' in line)
    lines[at] = lines[at].replace('""width"": 0.5', '""width"": 0.95')
    runs.write_text("".join(lines), encoding="utf-8")
    assert rendering.check(folder) == ["runs.csv"]
    with pytest.raises(Refusal, match=r"runs.csv changed since the records were collected"):
        rendering.render(folder)
    with pytest.raises(Refusal, match=r"runs.csv changed since the records were collected"):
        rendering.publish(folder, folder.parent / "published")


def test_an_edited_hash_is_a_mismatch_even_when_it_fits(folder: Path) -> None:
    flip(folder / "facts.json", 0)
    text = (folder / HASHES).read_text(encoding="utf-8")
    for name, value in (("facts.json", hashes._hash(folder / "facts.json")),):
        line = next(line for line in text.splitlines() if name in line)
        text = text.replace(line, f' "{name}": "{value}",')
    (folder / HASHES).write_text(text, encoding="utf-8")
    assert hashes.changed(folder) == [HASHES]


@pytest.mark.slow
def test_records_of_old_are_never_vouched_for(folder: Path) -> None:
    """Nobody can know that they are as they were collected: rendering writes no hashes, publishing is refused."""
    (folder / HASHES).unlink()
    assert rendering.check(folder) == [HASHES]
    rendering.render(folder)
    assert not (folder / HASHES).exists()
    assert rendering.check(folder) == [HASHES]
    with pytest.raises(Refusal, match=r"has no hashes\.json: it cannot be known that its records are as they were"):
        rendering.publish(folder, folder.parent / "published")
    (folder / "report.md").unlink()
    assert rendering.check(folder) == [HASHES, "report.md"]


def test_what_a_desktop_leaves_is_no_difference(folder: Path) -> None:
    for name in (".DS_Store", "figures/.DS_Store", "Thumbs.db", "._report.html"):
        (folder / name).write_bytes(b"")
    assert rendering.check(folder) == []
