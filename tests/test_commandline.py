from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from suite.commandline import boolean, enter, name_list, number_list, parse, parse_beside_places, whole_number
from suite.core.refusals import Refusal, nearest_first, unknown

ENTRIES = ("suite.run", "suite.report", "suite.status", "suite.models", "suite.data", "suite.recipes", "suite.predict")
HEAVY = ("keras", "tensorflow", "mlflow", "jax", "torch")


def test_the_most_similar_name_comes_first() -> None:
    assert nearest_first("vgg61", ["resnet18", "vgg16", "lenet5"])[0] == "vgg16"


def test_an_unknown_name_is_answered_with_the_valid_ones() -> None:
    text = str(unknown("study", "quickstar", ["lenet_mnist", "quickstart"]))
    assert "unknown study 'quickstar'" in text
    assert "Did you mean 'quickstart'" in text
    assert text.index("quickstart, ") < text.index("lenet_mnist")


def test_nothing_is_guessed_for_a_name_like_no_other() -> None:
    assert "Did you mean" not in str(unknown("study", "zzz", ["quickstart"]))


def test_arguments_are_converted() -> None:
    assert parse(["a=1", "b=true"], {"a": int, "b": boolean}) == {"a": 1, "b": True}


@pytest.mark.parametrize(
    ("argument", "said"),
    [("b=yes", "expected true or false"), ("c=1", "unknown key 'c'"), ("quick", "is not key=value")],
)
def test_what_does_not_parse_is_refused(argument: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        parse([argument], {"b": boolean})


@pytest.mark.parametrize("text", ["abc", "", "1.5", "1_000", "²", "9" * 5000])
def test_what_is_no_whole_number_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refusal, match=r"number=.*: expected a whole number$"):
        parse([f"number={text}"], {"number": whole_number})


def test_a_whole_number_may_have_a_least() -> None:
    assert (whole_number("-3"), whole_number("1", least=1)) == (-3, 1)
    with pytest.raises(ValueError, match="a whole number above 0"):
        whole_number("0", least=1)


def test_a_list_of_names() -> None:
    assert name_list("[a, b]") == ["a", "b"]
    with pytest.raises(ValueError, match="names"):
        name_list("[]")


def test_a_list_of_numbers() -> None:
    assert number_list("[0.9, 0.94]") == [0.9, 0.94]
    with pytest.raises(Refusal, match=r"reach=\[high\]: expected numbers, as in \[0\.9,0\.94\]"):
        parse(["reach=[high]"], {"reach": number_list})


def test_places_stand_beside_keys(tmp_path: Path) -> None:
    odd = tmp_path / "a=b"
    odd.mkdir()
    keys = {"format": str}
    assert parse_beside_places(["old", "format=csv", str(odd)], keys) == (["old", str(odd)], {"format": "csv"})
    with pytest.raises(Refusal, match="unknown key 'formt'"):
        parse_beside_places(["old", "formt=csv"], keys)


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_: list[str]) -> int:
        raise Refusal("no such thing")

    def interrupt(_: list[str]) -> int:
        raise KeyboardInterrupt

    assert enter(refuse, "help", []) == 2
    assert capsys.readouterr().err == "refused: no such thing\n"
    assert enter(interrupt, "help", []) == 130
    assert enter(refuse, "help", ["--help"]) == 0


def run(*arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """A command in a process of its own, and the CPU seconds that it took."""
    before = os.times()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120)
    after = os.times()
    return done, after.children_user + after.children_system - before.children_user - before.children_system


@pytest.mark.parametrize("entry", ENTRIES)
def test_help_is_given_without_anything_heavy(entry: str) -> None:
    code = (
        f"import runpy, sys; sys.argv = ['x', '--help']\n"
        f"try: runpy.run_module('{entry}', run_name='__main__')\n"
        f"except SystemExit as e: code = e.code\n"
        f"assert code == 0, code\n"
        f"assert not [m for m in {HEAVY} if m in sys.modules]"
    )
    done, _ = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert "python -m " + entry in done.stdout


REFUSALS = [
    (["suite.run"], "which study"),
    (["suite.run", "study=quickstar"], "'quickstart'"),
    (["suite.run", "study=quickstart", "sedes=3"], "'seeds'"),
    (["suite.run", "study=quickstart", "recipe.lerning_rate=1"], "'learning_rate'"),
    (["suite.run", "study=quickstart", "dataset=cifar11"], "'cifar10'"),
    (["suite.run", "study=quickstart", "candidates.mlp.architecture=lenet"], "'lenet5'"),
    (["suite.run", "study=quickstart", "budget=lapptop"], "'laptop'"),
    (["suite.report", "study=quickstar"], "quickstar"),
    (["suite.models", "name=vgg61"], "vgg16"),
    (["suite.data", "name=cifar11"], "cifar10"),
    (["suite.predict", "study=quickstar", "candidate=a", "images=."], "quickstar"),
    (["suite.predict", "study=a", "candidate=a", "images=.", "number=abc"], "number=abc: expected a whole number"),
    (["suite.status", "study=quickstar"], "quickstar"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSALS, ids=[" ".join(a) for a, _ in REFUSALS])
def test_refusals_name_what_would_be_right_and_import_nothing_heavy(
    arguments: list[str], said: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    code = (
        f"import runpy, sys; sys.argv = ['x', *{arguments[1:]}]\n"
        f"try: runpy.run_module('{arguments[0]}', run_name='__main__')\n"
        f"except SystemExit as e: code = e.code\n"
        f"assert not [m for m in {HEAVY} if m in sys.modules]\n"
        f"sys.exit(code)"
    )
    done, _ = run("-c", code)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_takes_a_small_multiple_of_an_empty_process() -> None:
    """Under 1 s of CPU time is promised; machines differ, so the bound is a multiple of starting Python with numpy."""
    started = time.perf_counter()
    empty = min(run("-c", "import numpy")[1] for _ in range(2))
    helped = min(run("-m", "suite.run", "--help")[1] for _ in range(2))
    assert time.perf_counter() > started
    assert helped < 10 * empty


def test_help_may_be_read_in_part() -> None:
    """`python -m suite.run --help | head -1`: the reader goes before the text is written."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "suite.run", "--help"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
