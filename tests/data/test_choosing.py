"""Some classes of a set, and how far guessing gets with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from suite.data import DataSpec, load
from tests.data.made_up import class_tree


def test_some_classes_of_a_named_set_are_a_set_of_their_own(tmp_path: Path) -> None:
    whole = load(DataSpec("digits"), data_dir=None, cache_dir=tmp_path)
    some = load(DataSpec("digits", classes=("7", "1")), data_dir=None, cache_dir=tmp_path)
    assert some.class_names == ("1", "7")
    assert (some.hash == whole.hash, some.test_hash == whole.test_hash) == (False, False)
    for part in (some.train, some.validation, some.test):
        assert {(int(whole.labels[i]), int(some.labels[i])) for i in part} == {(1, 0), (7, 1)}
    together = np.concatenate([some.train, some.validation, some.test])
    assert sorted(together) == np.flatnonzero(np.isin(whole.labels, (1, 7))).tolist()
    assert "2 of 10 classes are used (data.classes)" in some.notes
    first = load(DataSpec("digits", classes=2), data_dir=None, cache_dir=tmp_path)
    assert first.class_names == ("0", "1")
    every = load(DataSpec("digits", classes=10), data_dir=None, cache_dir=tmp_path)
    assert (every.hash, every.test_hash) == (whole.hash, whole.test_hash)
    assert len(list(tmp_path.glob("digits-*"))) == 1, "one entry of the cache serves them all"


def test_a_folder_of_some_classes_is_the_set_of_these_folders(tmp_path: Path) -> None:
    few = class_tree(tmp_path / "few", {"a": 8, "b": 9})
    more = class_tree(tmp_path / "more", {"a": 8, "b": 9, "c": 7})
    chosen = load(DataSpec("folder", path=str(more), classes=("a", "b")), data_dir=None, cache_dir=tmp_path / "cache")
    alone = load(DataSpec("folder", path=str(few)), data_dir=None, cache_dir=tmp_path / "cache")
    assert (chosen.hash, chosen.test_hash, len(chosen.images)) == (alone.hash, alone.test_hash, 17)


def test_guessing_the_larger_class_is_said_where_it_is_nearly_enough(tmp_path: Path) -> None:
    root = class_tree(tmp_path / "rare", {"common": 99, "rare": 5})
    notes = load(DataSpec("folder", path=str(root)), data_dir=None, cache_dir=tmp_path / "cache").notes
    assert any(
        note.startswith("always guessing 'common' errs on 4.8% of the test images (20 of 21 are of it), where")
        for note in notes
    )
    root = class_tree(tmp_path / "even", {"a": 20, "b": 15})
    notes = load(DataSpec("folder", path=str(root)), data_dir=None, cache_dir=tmp_path / "cache").notes
    assert not any("guessing" in note for note in notes)
