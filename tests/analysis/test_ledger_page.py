"""Verdicts of the ledger on a fabricated study, and what its pages say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from suite.analysis import ledger_page
from suite.analysis.ledger import Entry, Ledger
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal


def ledger(*entries: Entry) -> Ledger:
    return Ledger({"one": "The <one> article", "two": "The other"}, {}, {"later": "what comes later"}, entries)


def entry(name: str, way: str, means: Any, **more: str) -> Entry:
    return Entry(name, f"Sentence {name} | of *one*.", "one", "First", way, means, **more)


def of_study(name: str, claim: str = "Shortcuts make twenty layers better.") -> Entry:
    return entry("s", "study", {"name": name, "claim": claim})


@pytest.fixture
def published(rendered: Path, tmp_path: Path) -> Path:
    """A folder of published reports, with one study."""
    (tmp_path / "fabricated").symlink_to(rendered)
    return tmp_path


@pytest.mark.parametrize(
    ("one", "verdict", "evidence"),
    [
        (entry("a", "proven_by", ["tests/t.py::test_a"]), "proven", "tests/t.py::test_a"),
        (entry("a", "refuted_by", ["tests/t.py::a", "tests/t.py::b"]), "refuted", "tests/t.py::a, tests/t.py::b"),
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
    (found,) = ledger_page.decide(ledger(one), published)
    assert found.verdict == verdict
    assert evidence in found.evidence


def test_other_records_give_another_verdict(rendered: Path, tmp_path: Path) -> None:
    """The same claim turned around: nothing of it is typed."""
    import shutil

    folder = tmp_path / "fabricated"
    shutil.copytree(rendered, folder)
    study = read_json(folder / "study.json")
    study["claims"][0] |= {"better": "lenet5", "than": "resnet20"}
    write_json(folder / "study.json", study)
    (found,) = ledger_page.decide(ledger(of_study("fabricated")), tmp_path)
    assert found.verdict == "contradicted"
    write_json(folder / "study.json", {**study, "budget": "smoke"})
    (found,) = ledger_page.decide(ledger(of_study("fabricated")), tmp_path)
    assert found.verdict == "not measured yet"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            of_study("fabricated", "Shortcuts do nothing."),
            "the published records of fabricated have no claim",
        ),
        (entry("a", "erratum", "AlexNet was first."), "erratum of the claim a"),
    ],
)
def test_what_is_not_there_is_refused(one: Entry, said: str, published: Path) -> None:
    with pytest.raises(Refusal, match=said):
        ledger_page.decide(ledger(one), published)


def test_pages_count_and_escape(published: Path) -> None:
    book = ledger(entry("a", "proven_by", ["tests/t.py::test_a"], note="A & B.", paper="C"), of_study("later"))
    decided = ledger_page.decide(book, published)
    first, other, total = ledger_page.counts(book, decided).to_dict("records")
    assert (first["Sentences"], first["proven"], first["not measured yet"], first["refuted"]) == ("2", "1", "1", "0")
    assert (other["Sentences"], total["Sentences"]) == ("0", "2")
    texts = ledger_page.texts(book, decided)
    row = r"| Sentence a \| of \*one\*. | First; C | proven | tests/t.py::test_a. A &amp; B. | a |"
    assert row in texts["claims.md"].splitlines()
    assert "The &lt;one&gt; article" in texts["claims.html"]
    assert "http" not in texts["claims.html"]
