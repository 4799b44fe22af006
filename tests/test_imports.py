"""The arrows of the design: which part may know which. Read from the source, so that a late import counts too."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

import suite
from suite.training.recipe.part import KINDS

ROOT = Path(suite.__file__).parent

MAY_KNOW = {
    "core": set(),
    "records": {"core"},
    "data": {"core"},
    "models": {"core"},
    "tasks": {"core", "models"},
    "training": {"core", "data", "models", "tasks"},
    "config": {"core", "data", "models", "tasks", "training", "executors"},
    "projections": {"core"},
    "executors": {"core", "training"},
    "study": {"core", "config", "data", "models", "tasks", "training", "executors", "projections", "records"},
    "analysis": {"core", "models", "records", "tasks"},
    "bench": {"core", "config", "data", "executors", "models", "projections", "study", "training"},
}
"""What each part may import, its own modules aside. Entry points, the modules directly in `suite`, may import any."""

LIGHT = {"training/recipe", *(f"training/{kind}" for kind in KINDS)}
"""Declarations: configuration reads them before anything heavy is loaded, so Keras is imported inside functions."""


def module_name(path: Path) -> str:
    parts = ["suite", *path.relative_to(ROOT).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = sorted(ROOT.rglob("*.py"))
MODULES = {module_name(path): path for path in FILES}


def imports(path: Path, late: bool = True) -> set[str]:
    """Every module that a file imports; `late`: inside functions, too. What only types need does not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = module_name(path).split(".") if path.name == "__init__.py" else module_name(path).split(".")[:-1]
    found: set[str] = set()
    for node in _nodes(tree, late):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            submodules = {f"{module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= submodules
            if not submodules or len(submodules) < len(node.names):
                found.add(module)
    return found


def _nodes(node: ast.AST, late: bool) -> list[ast.AST]:
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        if not late and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        found += [child, *_nodes(child, late)]
    return found


def part_of(module: str) -> str:
    """`suite.data.cache` is of `data`; a module directly in the package is an entry point, and of none."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and (ROOT / parts[1]).is_dir() else ""


@pytest.mark.parametrize("part", sorted(MAY_KNOW))
def test_a_part_knows_only_the_parts_below_it(part: str) -> None:
    wrong = [
        f"{module_name(path)} -> {name}"
        for path in sorted((ROOT / part).rglob("*.py"))
        if path.name != "__main__.py"
        for name in sorted(imports(path))
        if name.split(".")[0] == "suite" and name != "suite"
        if part_of(name) not in MAY_KNOW[part] | {part}
    ]
    assert not wrong


def test_every_folder_is_a_part() -> None:
    assert {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} == set(MAY_KNOW)


def test_no_circle_of_imports() -> None:
    """Between modules; imports inside of functions count."""
    graph = {name: {found for found in imports(path) if found in MODULES} - {name} for name, path in MODULES.items()}
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name in done:
            return
        for other in sorted(graph[name]):
            walk(other, (*way, name))
        done.add(name)

    for name in sorted(graph):
        walk(name, ())


@pytest.mark.parametrize(
    ("library", "only"),
    [
        ("optuna", {"suite.study.search", "suite.projections.optuna", "suite.analysis.folder.importances"}),
        ("mlflow", {"suite.projections.mlflow"}),
        ("hydra", {"suite.config.compose"}),
        ("keras_cv", {"suite.training.pixels.keras_cv_masks"}),
        ("ray", {"suite.executors.ray", "suite.executors.bridge", "suite.executors.joining"}),
    ],
)
def test_a_heavy_library_has_its_importers_and_no_others(library: str, only: set[str]) -> None:
    users = {name for name, path in MODULES.items() if any(found.split(".")[0] == library for found in imports(path))}
    assert all(any(user == place or user.startswith(f"{place}.") for place in only) for user in users)
    assert bool(users) == bool(only)


@pytest.mark.parametrize("part", ["study", "config", "core", "records", "analysis", "projections", "data", "bench"])
def test_no_keras_where_nothing_is_computed(part: str) -> None:
    for path in sorted((ROOT / part).rglob("*.py")):
        if path.parent.name == "contestants":  # which train, each in a process of its own
            continue
        heavy = {name for name in imports(path) if name.split(".")[0] in ("keras", "tensorflow", "jax", "torch")}
        assert not heavy, path


def test_declarations_import_no_keras_until_they_act() -> None:
    files = [path for folder in LIGHT for path in (ROOT / folder).glob("*.py")]
    files += sorted((ROOT / "tasks").glob("*.py"))
    assert len(files) > 15
    for path in files:
        assert not {name for name in imports(path, late=False) if name.split(".")[0] in ("keras", "tensorflow")}, path


ANALYSIS = (
    "statistics",
    "folder",
    "comparing",
    "figures",
    "table",
    "pages",
    "claims_ledger",
)  # each imports those before it


@pytest.mark.parametrize("part", ANALYSIS)
def test_analysis_is_built_in_layers(part: str) -> None:
    allowed = {
        "units",
        *ANALYSIS[: ANALYSIS.index(part) + 1],
        *({"power", "rendering"} if part in ANALYSIS[-2:] else ()),
    }
    for path in sorted((ROOT / "analysis" / part).rglob("*.py")):
        own = {found.split(".")[2] for found in imports(path) if found.startswith("suite.analysis.")}
        assert own <= allowed, path


@pytest.mark.parametrize("name", ["statistics/*.py", "figures/drawing.py"])
def test_statistics_and_drawing_know_arrays_and_frames_alone(name: str) -> None:
    paths = sorted((ROOT / "analysis").glob(name))
    assert paths
    for path in paths:
        own = {found for found in imports(path) if found.startswith("suite.")}
        assert all(found.startswith("suite.analysis.statistics") for found in own), path


@pytest.mark.parametrize("part", ["study", "executors", "projections"])
def test_labels_and_logits_are_the_tasks_business(part: str) -> None:
    """What a head gives and what an image's target is, nobody else asks."""
    for path in [*sorted((ROOT / part).rglob("*.py")), *(ROOT / "analysis" / "statistics").rglob("*.py")]:
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        assert not names & {"labels", "logits", "top5_hit", "predicted"}, path


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {path: length for path, length in lengths.items() if length > 300}
    assert statistics.median(lengths.values()) <= 110
