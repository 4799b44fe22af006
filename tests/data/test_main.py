from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from suite.commandline import enter
from suite.data.__main__ import HELP, main
from tests.data.made_up import class_tree


def run(*arguments: str) -> int:
    return enter(main, HELP, list(arguments))


def test_without_a_name_the_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert capsys.readouterr().out.split() == [
        "digits",
        "mnist",
        "fashion_mnist",
        "cifar10",
        "cifar100",
        "tiny_imagenet",
        "folder",
    ]


def test_a_set_is_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("name=digits", f"workspace={tmp_path}") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "digits: 1,797 images of 32x32x1, 10 classes"
    assert lines[1].startswith("found:    embedded in scikit-learn")
    assert lines[3].startswith("hash:     c62f4c12")
    assert sum(line.startswith("note: ") for line in lines) == 2
    assert lines[-1].split() == ["all", "classes", "1,294", "144", "359"]
    assert list((tmp_path / "cache").glob("digits-*"))


def test_larger_images_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ["image_size=16", "source_size=32", "crop_pct=0.875"]
    assert run("name=digits", *sizes, f"workspace={tmp_path}") == 0
    out = capsys.readouterr().out
    assert "digits: 1,797 images of 16x16x1" in out
    assert "taken from images of 32x32; where" in out
    assert run("name=digits", "crop_pct=much", f"workspace={tmp_path}") == 2
    assert "a number" in capsys.readouterr().err


def test_a_path_alone_means_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class_tree(tmp_path / "pictures", {"cat": 10, "dog": 20})
    assert run(f"path={tmp_path / 'pictures'}", "image_size=8", f"workspace={tmp_path}") == 0
    out = capsys.readouterr().out
    assert "folder: 30 images of 8x8x3, 2 classes" in out
    assert out.splitlines()[-2].split() == ["dog", "15", "1", "4"]
    assert run(f"data.path={tmp_path / 'pictures'}", "data.image_size=8", f"workspace={tmp_path}") == 0
    assert capsys.readouterr().out == out, "keys as a study has them"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["name=cifr10"], "Did you mean 'cifar10'?"),
        (["nam=digits"], "unknown key 'nam'. Did you mean 'name'?"),
        (["digits"], "'digits' is not key=value"),
        (["data.nam=digits"], "unknown key 'data.nam'"),
        (["name=digits", "image_size=big"], "image_size=big: expected a whole number"),
        (["name=digits", "image_size=[16,24]"], "data.image_size=[16, 24] is for dataset=folder"),
        (["name=digits", "image_size=[16,big]"], "image_size=[16,big]: expected a whole number"),
        (["name=digits", "image_size=2"], "data.image_size=2: expected a whole number from 8 to 1024"),
        (["name=digits", "offline=maybe"], "offline=maybe: expected true or false"),
        (["name=mnist", "data_dir=/nowhere/at/all"], "data_dir=/nowhere/at/all is not a folder"),
        (["name=folder"], "dataset=folder needs data.path=DIR"),
    ],
)
def test_mistakes_are_refused_in_one_sentence(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("refused: ")
    assert why in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("name=cifr10", 2)])
def test_help_and_refusals_take_less_than_a_second_of_cpu(argument: str, code: int) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "suite.data", argument], capture_output=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == code
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0
