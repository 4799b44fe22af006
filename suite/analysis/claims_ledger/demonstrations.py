"""The tests that decide sentences by construction, read as text: whether they are there, and what they refute.

A test shows that the sentences which name it hold, but for those that its mark names:

    @pytest.mark.refutes("series-doubles")

So it is the test that says what it refutes, beside what it computes. Its file is read and not run.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from suite.core.refusals import Refusal

MARK = "pytest.mark.refutes"


def refutations(root: Path, tests: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each test, by pytest's node id without parameters, the ids of the sentences that it refutes.

    `root` holds the folder of tests. Raises Refusal for a test that is not there, that pytest would not collect, or
    that it always skips.
    """
    files: dict[str, dict[str, frozenset[str]]] = {}
    found = {}
    for test in tests:
        path, _, name = test.partition("::")
        if path not in files:
            files[path] = _of_file(root / path) if Path(path).name.startswith("test_") else {}
        if name not in files[path]:
            raise Refusal(f"the ledger rests on {test}, which pytest does not collect in {root.resolve()}")
        found[test] = files[path][name]
    return found


def _of_file(path: Path) -> dict[str, frozenset[str]]:
    """The tests of a file that pytest collects and does not always skip, each with what it refutes."""
    if not path.is_file():
        return {}
    body = ast.parse(path.read_text(encoding="utf-8")).body
    functions = [node for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    names = Counter(node.name for node in functions)
    return {node.name: _refuted(node) for node in functions if names[node.name] == 1 and not _skipped(node)}


def _skipped(node: ast.FunctionDef) -> bool:
    return any(ast.unparse(mark).startswith(("pytest.mark.skip", "pytest.mark.xfail")) for mark in node.decorator_list)


def _refuted(node: ast.FunctionDef) -> frozenset[str]:
    calls = [mark for mark in node.decorator_list if isinstance(mark, ast.Call) and ast.unparse(mark.func) == MARK]
    return frozenset(str(ast.literal_eval(argument)) for call in calls for argument in call.args)
