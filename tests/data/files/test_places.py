from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from suite.core.refusals import Refusal
from suite.data.files.places import file_digest, file_identity, keras_datasets, not_found, search_places


def test_places_are_searched_in_the_promised_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("given", "variable"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("SUITE_DATA_DIR", str(tmp_path / "variable"))
    assert search_places(tmp_path / "given") == [
        tmp_path / "given", tmp_path / "variable", tmp_path / "keras" / "datasets"
    ]  # fmt: skip


def test_keras_folder_is_in_the_home_unless_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert keras_datasets() == tmp_path / ".keras" / "datasets"


@pytest.mark.parametrize("setting", ["data_dir", "$SUITE_DATA_DIR"])
def test_a_named_folder_that_is_not_there_is_refused(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "mistyped"
    if setting != "data_dir":
        monkeypatch.setenv("SUITE_DATA_DIR", str(missing))
    with pytest.raises(Refusal) as refusal:
        search_places(missing if setting == "data_dir" else None)
    assert str(refusal.value).startswith(f"{setting}={missing} is not a folder")


def test_the_refusal_names_the_three_ways_out(tmp_path: Path) -> None:
    text = str(not_found("cifar10", "cifar-10-batches-py/", [tmp_path], "offline=true"))
    assert str(tmp_path) in text
    for way in ("put cifar-10-batches-py/ into", "data_dir=DIR", "$SUITE_DATA_DIR", "dataset=digits"):
        assert way in text
    assert "\n" not in text


def test_an_identity_changes_with_size_and_time_and_place(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    os.utime(file, ns=(0, 1_000))
    first = file_identity([file], tmp_path)
    assert first == [str(tmp_path.resolve()), ["a", 3, 1_000]]
    os.utime(file, ns=(0, 2_000))
    assert file_identity([file], tmp_path) != first


def test_a_digest_is_that_of_the_whole_file(tmp_path: Path) -> None:
    data = bytes(range(256)) * 9000  # more than two blocks
    (tmp_path / "a").write_bytes(data)
    assert file_digest(tmp_path / "a", "md5") == hashlib.md5(data, usedforsecurity=False).hexdigest()
