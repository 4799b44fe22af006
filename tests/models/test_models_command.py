"""`python -m suite.models`: at once without Keras, refusals, tables, JSON, measuring and writing golden lines."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from suite.commandline import DONE, FAILED, REFUSED, enter
from suite.models import __main__ as command
from suite.models import registry
from suite.models.__main__ import HELP, main
from suite.models.facts import golden


def run(*arguments: str) -> int:
    return enter(main, HELP, list(arguments))


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--help",), 0), (("name=lenet55",), 2), (("nam=a",), 2),
                                                 (("format=json",), 0)])  # fmt: skip
def test_tables_help_and_refusals_take_under_a_second_without_keras(arguments: tuple, code: int) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [sys.executable, "-X", "importtime", "-m", "suite.models", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == code
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "suite" in imported
    assert not imported & {"keras", "tensorflow", "mlflow", "jax"}


def test_the_lineage_has_a_line_per_architecture(capsys: pytest.CaptureFixture) -> None:
    assert run() == DONE
    header, rule, *lines = capsys.readouterr().out.splitlines()
    assert header.split()[:4] == ["architecture", "family", "year", "depth"]
    assert set(rule) == {"-", " "}
    (resnet,) = [line for line in lines if line.startswith("resnet50 ")]
    for cell in ("2015", "50", "25,557,032", "4.09 G", "224x224x3/1000", "Identity shortcuts"):
        assert cell in resnet
    (lenet,) = [line.split() for line in lines if line.startswith("lenet5 ")]
    assert lenet[4:8] == ["61,706", "60,000", "417", "k"]


def test_json_has_the_facts(capsys: pytest.CaptureFixture) -> None:
    assert run("format=json") == DONE
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["vgg16"].items() >= {
        "family": "VGG", "year": 2014, "depth": 16, "params": 138_357_544, "trainable_params": 138_357_544,
        "macs": 15_470_264_320,
    }.items()  # fmt: skip
    assert rows["vgg16"]["published"]["errors"][0]["condition"].startswith("1-crop")


def test_the_table_at_a_pinned_size_needs_no_building(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = [name for name in golden.lines() if golden.counts(name, (64, 64, 3), 200)]
    monkeypatch.setattr(registry, "names", lambda: pinned)
    monkeypatch.setattr(command, "_count", lambda *_: pytest.fail("it was built"))
    assert run("format=json", "input_size=64", "num_classes=200", "channels=3") == DONE
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["resnet18"]["input_shape"] == [64, 64, 3]
    assert rows["resnet18"]["macs"] == golden.counts("resnet18", (64, 64, 3), 200)["macs"]


def test_layers_of_one_architecture(capsys: pytest.CaptureFixture) -> None:
    assert run("name=lenet5") == DONE
    known, *described, table = capsys.readouterr().out.split("\n\n")
    (title, difference, options), (header, _, *lines) = known.splitlines(), table.splitlines()
    assert described[0].startswith("LeNet-5: LeCun, Bottou, Bengio, Haffner")
    assert any(block.startswith("LeNet-5 as it is rebuilt today") for block in described)
    assert difference.startswith("published: 60,000 counts the sparse C3 table")
    assert options.startswith("options: ")
    assert "pooling=average (average or max)" in options
    assert "width=1.0 (number)" in options
    assert title == "lenet5 (LeNet, 1998), 32x32x1/10 classes: 61,706 learned parameters, 417 k multiply-adds"
    assert header.split() == ["layer", "operation", "output", "parameters", "multiply-adds", "field", "stride"]
    (c3,) = [line.split() for line in lines if line.startswith("c3 ")]
    assert c3 == ["c3", "Conv2D", "5x5,", "16", "+", "tanh", "10x10x16", "2,416", "240,000", "14", "2"]


def test_layers_at_another_size_as_json(capsys: pytest.CaptureFixture) -> None:
    assert run("name=resnet20", "input_size=28", "channels=1", "num_classes=5", "format=json") == DONE
    answer = json.loads(capsys.readouterr().out)
    assert answer["input_shape"] == [28, 28, 1]
    assert answer["layers"][1]["output_shape"] == [28, 28, 16]
    assert sum(layer["macs"] for layer in answer["layers"]) == answer["macs"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["name=resnet5"], "unknown architecture 'resnet5'. Did you mean 'resnet56'?"),
        (["name=lenet5", "input_size=big"], "input_size=big: expected a whole number above 0"),
        (["name=resnet18", "input_size=4"], "resnet18 needs images of at least 8x8 pixels, not 4x4"),
        (["format=xml"], "format=xml: expected text or json"),
        (["write=true"], "add measure=true"),
        (["measure=true", "write=true", "name=lenet"], "unknown architecture 'lenet'"),
        (["measure=true", "name=lenet"], "unknown architecture 'lenet'"),
    ],
)
def test_refusals_are_one_sentence(arguments: list, sentence: str, capsys: pytest.CaptureFixture) -> None:
    assert run(*arguments) == REFUSED
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.splitlines()) == 1


def test_measuring_agrees_with_the_pinned_numbers(capsys: pytest.CaptureFixture) -> None:
    assert run("measure=true", "name=lenet5", "format=json") == DONE
    rows = json.loads(capsys.readouterr().out)
    assert [row["golden"] for row in rows] == [True] * len(golden.lines()["lenet5"]["counts"])
    assert rows[0]["params"] == 61_706
    assert run("measure=true", "name=lenet5", "input_size=40") == DONE
    assert "not pinned" in capsys.readouterr().out


def test_measuring_says_where_the_pinned_numbers_differ(monkeypatch, capsys: pytest.CaptureFixture) -> None:
    line = json.loads(json.dumps(golden.lines()["lenet5"]))
    line["counts"][1]["macs"] += 1
    monkeypatch.setattr(golden, "lines", lambda: {"lenet5": line})
    assert run("measure=true", "name=lenet5") == FAILED
    out = capsys.readouterr().out.splitlines()
    assert out[0].endswith("as pinned")
    assert "DIFFERS" in out[1]


def test_writing_makes_the_line_that_is_shipped(monkeypatch, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write = golden.write
    target = tmp_path / "golden.jsonl"
    monkeypatch.setattr(golden, "write", lambda lines, replace: write(lines, target, replace))
    assert run("measure=true", "write=true", "name=lenet5") == DONE
    assert str(target) in capsys.readouterr().out
    assert target.read_text() == Path(golden.__file__).with_name(golden.FILE).read_text()


def test_a_table_at_a_size_too_small_for_some_leaves_their_counts_out(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "names", lambda: ["lenet5", "mobilenet_v1"])
    assert run("input_size=12", "format=json") == DONE
    out, err = capsys.readouterr()
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["mobilenet_v1"]["params"] is None
    assert "mobilenet_v1 needs images of at least" in err
