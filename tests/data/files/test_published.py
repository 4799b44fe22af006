from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from suite.core.refusals import Refusal
from suite.data.contents import Source
from suite.data.dataset import DataSpec
from suite.data.files.download import Published
from suite.data.files.published import find, finder


@dataclass
class OneFile:
    """A set that is one file."""

    published: tuple[Published, ...]
    name: str = "letters"
    wanted: str = "letters.bin"
    download_folder: str = "letters"

    def locate(self, place: Path) -> Source | None:
        path = place / "letters" / "letters.bin"
        return Source(str(path), 1, lambda: pytest.fail("read")) if path.is_file() else None


@pytest.fixture
def letters(tmp_path: Path) -> OneFile:
    """Published with the right checksum in tmp_path/server."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "letters.bin").write_bytes(b"abc")
    url = (tmp_path / "server" / "letters.bin").as_uri()
    return OneFile((Published(url, "md5:900150983cd24fb0d6963f7d28e17f72"),))


def put(place: Path) -> str:
    (place / "letters").mkdir(parents=True)
    (place / "letters" / "letters.bin").write_bytes(b"own")
    return str(place / "letters" / "letters.bin")


def test_the_folder_that_is_named_comes_before_keras_own(letters: OneFile, tmp_path: Path) -> None:
    keras, named = put(tmp_path / "keras" / "datasets"), tmp_path / "named"
    named.mkdir()
    assert find(letters, named, offline=True).location == keras
    assert find(letters, None, offline=True).location == keras
    own = put(named)
    assert find(letters, named, offline=True).location == own
    assert finder(letters)(DataSpec("letters"), named, True).location == own


def test_what_is_nowhere_is_fetched_into_the_first_folder(letters: OneFile, tmp_path: Path) -> None:
    (tmp_path / "named").mkdir()
    found = find(letters, tmp_path / "named", offline=False)
    assert found.location == str(tmp_path / "named" / "letters" / "letters.bin")
    assert Path(found.location).read_bytes() == b"abc"


def test_what_is_nowhere_and_cannot_be_fetched_is_refused_with_the_reason(letters: OneFile, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"letters was found nowhere .* not downloaded: offline=true.*put letters\.bin"):
        find(letters, None, offline=True)
    (tmp_path / "server" / "letters.bin").write_bytes(b"abd")
    with pytest.raises(Refusal, match=r"not downloaded: .* does not have the publisher's checksum"):
        find(letters, None, offline=False)
