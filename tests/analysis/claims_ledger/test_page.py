"""Verdicts of the ledger on a fabricated study, and what its pages say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.claims_ledger import page
from suite.analysis.claims_ledger.sentences import ClaimsLedger, Entry
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal
from tests.analysis.conftest import Store

BOTH = ["tests/test_t.py::test_a", "tests/test_t.py::test_b"]


def ledger(*entries: Entry) -> ClaimsLedger:
    return ClaimsLedger({"one": "The <one> article", "two": "The other"}, {}, {"later": "what comes later"}, entries)


def entry(name: str, way: str, means: Any, **more: str) -> Entry:
    return Entry(name, f"Sentence {name} | of *one*.", "one", "First", way, means, **more)


def of_study(name: str, claim: str = "Shortcuts make twenty layers better.") -> Entry:
    return entry("s", "study", {"name": name, "claim": claim})


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole study, as it is collected."""
    workspace = tmp_path_factory.mktemp("workspace")
    Store(workspace).whole()
    return rendering.refresh(workspace, "fabricated")


@pytest.fixture
def published(collected: Path, tmp_path: Path) -> Path:
    """A checkout with one published study and one file of tests."""
    (tmp_path / "reports" / "published").mkdir(parents=True)
    (tmp_path / "reports" / "published" / "fabricated").symlink_to(collected)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_t.py").write_text(
        'def test_a(): ...\n@pytest.mark.refutes("r", "q")\ndef test_b(): ...\n', encoding="utf-8"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("one", "verdict", "evidence"),
    [
        (entry("a", "tests", ["tests/test_t.py::test_a"]), "proven", "tests/test_t.py::test_a"),
        (entry("a", "tests", BOTH), "proven", "tests/test_t.py::test_a, tests/test_t.py::test_b"),
        (entry("r", "tests", BOTH), "refuted", "tests/test_t.py::test_b"),
        (entry("a", "quotes", {"of": "vgg16", "depth": 16}), "proven", "vgg16: 16 layers"),
        (entry("a", "quotes", {"of": "vgg16", "top5_error": "7.3%"}), "misquoted", "one network: 9.9% (1-crop"),
        (entry("a", "erratum", "AlexNet was the first to use ReLU."), "refuted", "Nair and Hinton (2010)"),
        (entry("a", "not_decidable", "Nobody knows."), "not decidable here", "Nobody knows."),
        (of_study("later", "It helps."), "not measured yet", "study later (what comes later): It helps."),
        (
            of_study("fabricated"),
            "supported",
            "study fabricated (cifar10, budget laptop): tuned track, resnet20",
        ),
    ],
)
def test_a_verdict_comes_from_what_the_ledger_names(one: Entry, verdict: str, evidence: str, published: Path) -> None:
    (found,) = page.decide(ledger(one), published)
    assert found.verdict == verdict
    assert evidence in found.evidence


def test_other_records_give_another_verdict(collected: Path, tmp_path: Path) -> None:
    """The same claim turned around: nothing of it is typed."""
    folder = tmp_path / "reports" / "published" / "fabricated"
    shutil.copytree(collected, folder)
    study = read_json(folder / "study.json")
    study["claims"][0] |= {"better": "lenet5", "than": "resnet20"}
    write_json(folder / "study.json", study)
    (found,) = page.decide(ledger(of_study("fabricated")), tmp_path)
    assert found.verdict == "contradicted"
    write_json(folder / "study.json", {**study, "budget": "smoke"})
    (found,) = page.decide(ledger(of_study("fabricated")), tmp_path)
    assert found.verdict == "not measured yet"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            of_study("fabricated", "Shortcuts do nothing."),
            "the published records of fabricated have no claim",
        ),
        (entry("a", "erratum", "AlexNet was first."), "erratum of the claim a"),
        (entry("a", "tests", ["tests/test_t.py::test_c"]), "rests on tests/test_t.py::test_c, which pytest does not"),
    ],
)
def test_what_is_not_there_is_refused(one: Entry, said: str, published: Path) -> None:
    with pytest.raises(Refusal, match=said):
        page.decide(ledger(one), published)


def test_pages_count_and_escape(published: Path) -> None:
    book = ledger(entry("a", "tests", ["tests/test_t.py::test_a"], note="A & B.", paper="C"), of_study("later"))
    decided = page.decide(book, published)
    first, other, total = page.counts(book, decided).to_dict("records")
    assert (first["Sentences"], first["proven"], first["not measured yet"], first["refuted"]) == ("2", "1", "1", "0")
    assert (other["Sentences"], total["Sentences"]) == ("0", "2")
    texts = page.texts(book, decided)
    row = r"| Sentence a \| of \*one\*. | First; C | proven | tests/test_t.py::test_a. A &amp; B. | a |"
    assert row in texts["claims.md"].splitlines()
    assert "The &lt;one&gt; article" in texts["claims.html"]
    assert "http" not in texts["claims.html"]
