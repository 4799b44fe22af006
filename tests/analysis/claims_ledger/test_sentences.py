from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from suite.analysis.claims_ledger.sentences import Entry, read
from suite.core.refusals import Refusal

CLAIM = {"id": "a", "claim": "It is so.", "article": "one", "section": "First"}


def written(folder: Path, *claims: dict[str, Any], **parts: Any) -> Path:
    values = {"articles": {"one": "The one"}, "pinned_by": {"depth": "tests/t.py::test_d"}, "planned": {}}
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({**values, "claims": list(claims), **parts}), encoding="utf-8")
    return path


def test_a_claim_is_read_with_the_way_that_decides_it(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {**CLAIM, "tests": ["tests/t.py::test_a"]},
        {**CLAIM, "id": "b", "not_decidable": "Nobody knows.", "note": "Yet.", "paper": "Someone 1999"},
    )
    ledger = read(path)
    assert ledger.entries == (
        Entry("a", "It is so.", "one", "First", "tests", ["tests/t.py::test_a"]),
        Entry("b", "It is so.", "one", "First", "not_decidable", "Nobody knows.", "Someone 1999", "Yet."),
    )
    assert ledger.tests == {"tests/t.py::test_a", "tests/t.py::test_d"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "exactly one of tests"),
        ({"tests": ["t"], "not_decidable": "no"}, "exactly one of tests"),
        ({"tests": []}, "and what decides it there"),
        ({"tests": "t"}, "tests is not written as the ledger wants it"),
        ({"study": "quickstart"}, "study is not written"),
        ({"study": {"name": "quickstart"}}, "study is not written"),
        ({"quotes": ["vgg16"]}, "quotes is not written"),
        ({"provenby": ["t"]}, "provenby"),
        ({"claim": ""}, "needs id, claim, article, section"),
        ({"note": 101.0, "not_decidable": "no"}, "note is no text"),
        ({"article": "two", "not_decidable": "no"}, "two"),
        ({"verdict": "proven", "not_decidable": "no"}, "verdict"),
    ],
)
def test_what_is_no_claim_of_a_ledger_is_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=said):
        read(written(tmp_path, {**CLAIM, **changes}))


def test_an_id_is_there_once(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="two claims of the ledger have the id a"):
        read(written(tmp_path, *[{**CLAIM, "not_decidable": "no"}] * 2))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="there is no ledger"):
        read(tmp_path / "claims.yaml")
    with pytest.raises(Refusal, match="needs articles, pinned_by, planned, claims"):
        read(written(tmp_path, verdicts={}))
    (tmp_path / "claims.yaml").write_text("claims: [", encoding="utf-8")
    with pytest.raises(Refusal, match="is no YAML"):
        read(tmp_path / "claims.yaml")
