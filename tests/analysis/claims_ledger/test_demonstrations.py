from __future__ import annotations

from pathlib import Path

import pytest

from suite.analysis.claims_ledger.demonstrations import refutations
from suite.core.refusals import Refusal

FILE = """
import pytest

def test_a(): ...

@pytest.mark.slow
@pytest.mark.refutes("one", "two")
@pytest.mark.parametrize("x", [1])
def test_b(x): ...

@pytest.mark.skip(reason="no")
def test_skipped(): ...

@pytest.mark.xfail
def test_expected_to_fail(): ...

def test_twice(): ...
def test_twice(): ...

def helper(): ...
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(FILE, encoding="utf-8")
    (tmp_path / "tests" / "it.py").write_text(FILE, encoding="utf-8")
    return tmp_path


def test_a_test_says_what_it_refutes(root: Path) -> None:
    found = refutations(root, ["tests/test_it.py::test_a", "tests/test_it.py::test_b"])
    assert list(found.values()) == [frozenset(), {"one", "two"}]


@pytest.mark.parametrize(
    "test",
    [
        "tests/test_it.py::test_c",
        "tests/test_it.py",
        "tests/it.py::test_a",
        "tests/test_other.py::test_a",
        *(f"tests/test_it.py::{name}" for name in ("helper", "test_skipped", "test_expected_to_fail", "test_twice")),
    ],
)
def test_what_pytest_does_not_collect_or_run_is_refused(test: str, root: Path) -> None:
    with pytest.raises(Refusal, match=f"the ledger rests on {test}, which pytest does not collect"):
        refutations(root, [test])
