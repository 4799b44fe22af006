from __future__ import annotations

import json
from pathlib import Path

import pytest

from suite.analysis.folder.paths import remove_paths, shorten
from suite.analysis.rendering import refresh
from tests.analysis.conftest import Store, description


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("data_dir=/home/someone/images", "data_dir=…/images"),
        ("No such file: '/tmp/x y/z.npz'", "No such file: '/tmp/x y/z.npz'"[:15] + "…/x y/z.npz'"),
        ("~/.keras/datasets/mnist.npz is torn", "…/mnist.npz is torn"),
        ("workspace=/srv/main/ seeds=3", "workspace=…/main seeds=3"),
        ("https://arxiv.org/abs/1512.03385", "https://arxiv.org/abs/1512.03385"),
        ("images/s, 1/2, w/o shortcuts, and/or/not", "images/s, 1/2, w/o shortcuts, and/or/not"),
        ("reports/published/quickstart", "reports/published/quickstart"),
        ("Linux x86_64", "Linux x86_64"),
    ],
)
def test_only_absolute_paths_are_shortened(text: str, short: str) -> None:
    assert shorten(text) == short


def test_a_folder_without_paths(store: Store, tmp_path: Path) -> None:
    study = description(command="python -m suite.run study=fabricated data_dir=/home/someone/images")
    store.whole(study)
    folder = refresh(store.workspace, "fabricated")
    remove_paths(folder)
    read = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert read == {**study, "command": "python -m suite.run study=fabricated data_dir=…/images"}
