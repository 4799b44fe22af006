"""The arrows of the design: which part may know which. Read from the source, so that a late import counts too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import suite

ROOT = Path(suite.__file__).parent
PART = {
    "study": ("suite.study",),
    "training": ("suite.training",),
    "models": ("suite.models",),
    "data": ("suite.data",),
    "analysis": ("suite.analysis",),
}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it, with relative imports resolved."""
    package = ["suite", *path.relative_to(ROOT).parent.parts]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def files(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    assert found, f"no file matches {patterns}: the rule would hold for nothing"
    return found


def uses(path: Path, module: str) -> bool:
    return any(name == module or name.startswith(module + ".") for name in imports(path))


@pytest.mark.parametrize(
    ("library", "only"),
    [("optuna", "study/search.py"), ("mlflow", "tracking.py")],
)
def test_a_heavy_library_has_one_importer(library: str, only: str) -> None:
    users = [str(path.relative_to(ROOT)) for path in files("**/*.py") if uses(path, library)]
    assert users == [only]


def test_keras_cv_has_at_most_one_importer() -> None:
    assert len([path for path in files("**/*.py") if uses(path, "keras_cv")]) <= 1


@pytest.mark.parametrize("path", files("models/*.py", "analysis/statistics.py", "analysis/figures.py"), ids=str)
def test_models_statistics_and_figures_know_nothing_else_of_the_suite(path: Path) -> None:
    own = "suite.models" if path.parent.name == "models" else "suite.analysis.nothing"
    allowed = {"suite.commandline"} if path.name == "__main__.py" else set()
    foreign = {
        name
        for name in imports(path)
        if name.startswith("suite.") and not name.startswith(own) and not any(name.startswith(a) for a in allowed)
    }
    assert not foreign


@pytest.mark.parametrize("path", files("training/*.py"), ids=str)
def test_training_knows_models_and_data_not_studies_or_reports(path: Path) -> None:
    for module in ("suite.analysis", "suite.projections.mlflow", "suite.config.study", "suite.run"):
        assert not uses(path, module)
    foreign = {n for n in imports(path) if n.startswith("suite.study") and not n.startswith("suite.core.directories")}
    assert foreign <= {"suite.study"}, "of the study, training knows the layout of a run's directory alone"


@pytest.mark.parametrize("path", files("data/*.py"), ids=str)
def test_data_knows_no_other_part(path: Path) -> None:
    for module in ("suite.study", "suite.training", "suite.models", "suite.analysis", "keras", "tensorflow"):
        assert not uses(path, module)


@pytest.mark.parametrize("path", files("study/*.py"), ids=str)
def test_the_coordinator_has_no_keras_in_it(path: Path) -> None:
    if path.name == "worker.py":
        assert uses(path, "suite.training.trainer")
        return
    for module in ("keras", "tensorflow", "suite.training.trainer", "suite.training.step", "suite.analysis"):
        assert not uses(path, module)


@pytest.mark.parametrize("path", files("analysis/*.py"), ids=str)
def test_the_report_reads_records_and_nothing_that_trains(path: Path) -> None:
    for module in ("suite.training", "suite.projections.mlflow", "keras", "tensorflow"):
        assert not uses(path, module)
    foreign = {n for n in imports(path) if n.startswith("suite.study") and not n.startswith("suite.core.directories")}
    assert foreign <= {"suite.study"}
