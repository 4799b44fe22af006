"""No module of the models knows one that knows it, imports inside of functions counted."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import suite.models

ROOT = Path(suite.models.__file__).parent


def modules() -> dict[str, Path]:
    """Every module by its full name; a package's is its __init__."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(("suite", "models", *(part for part in parts if part != "__init__")))] = path
    return found


def known_to(path: Path, every: dict[str, Path]) -> set[str]:
    """What a module imports, anywhere in it: `from package import name` is the submodule of that name, if there is."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "this reads absolute imports alone"
            whole = {f"{node.module}.{alias.name}": alias.name for alias in node.names}
            found |= {name if name in every else str(node.module) for name in whole}
    return found & every.keys()


def test_imports_close_no_circle() -> None:
    every = modules()
    graph = {name: known_to(path, every) - {name} for name, path in every.items()}
    assert len(graph["suite.models"]) > 5
    assert "suite.models.weights.imagenet" in graph["suite.models.building"], "late imports are seen"
    order = list(TopologicalSorter(graph).static_order())  # CycleError names the modules of a circle
    assert order.index("suite.models.registry") < order.index("suite.models.weights.imagenet")


def test_only_the_front_and_what_builds_on_it_know_the_facts_files() -> None:
    """Who asks what is known of an architecture asks `facts`: errata and published figures have no other reader."""
    every = modules()
    for file, readers in {"errata": {"suite.models.facts"}, "published": {"suite.models.facts",
                          "suite.models.measurement"}}.items():  # fmt: skip
        users = {name for name, path in every.items() if f"suite.models.facts.{file}" in known_to(path, every)}
        assert users == readers
