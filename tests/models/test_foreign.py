"""Architectures of other packages: found, built, counted and refused as ours are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite.models import (
    ArchitectureError,
    build,
    build_outline,
    estimate_macs,
    facts,
    foreign_kinds,
    measure,
    names,
    option_names,
    registry,
)


@pytest.fixture
def another_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An installed distribution that brings in architectures: importlib.metadata finds its dist-info on sys.path."""
    (tmp_path / "their_nets.py").write_text(
        "def tiny(input_shape, num_classes, *, width: float = 1.0, bias: bool = True):\n"
        "    import keras\n"  # late, or each process that only looks for options takes seconds
        "    x = inputs = keras.Input(input_shape)\n"
        "    x = keras.layers.Conv2D(max(1, int(8 * width)), 3, use_bias=bias)(x)\n"
        "    x = keras.layers.GlobalAveragePooling2D()(x)\n"
        "    return keras.Model(inputs, keras.layers.Dense(num_classes)(x))\n"
        "def loose(shape, classes, units=8):\n"
        "    return tiny(shape, classes, width=units / 8)\n"
        "def narrow(input_shape: 'Shape', num_classes: int, *, width: int = 2048):\n"
        "    import keras\n"
        "    x = keras.layers.Conv2D(8, 9)(keras.Input(input_shape))\n"
        "def empty(input_shape, num_classes):\n"
        "    pass\n"
        "def lonely(input_shape):\n"
        "    pass\n"
        "def open_minded(input_shape, num_classes, **options):\n"
        "    return tiny(input_shape, num_classes, width=options['size'])\n"
    )
    info = tmp_path / "their_nets-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-nets\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[keras_comparison_suite.architectures]\n"
        "their_tiny = their_nets:tiny\nloose = their_nets:loose\nopen_minded = their_nets:open_minded\n"
        "narrow = their_nets:narrow\nlonely = their_nets:lonely\n"
        "empty = their_nets:empty\n"
        "broken = no_such_module:f\n"
        "lenet5 = their_nets:tiny\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry._builder.cache_clear()
    yield "their_tiny"
    registry._builder.cache_clear()
    sys.modules.pop("their_nets", None)


def test_another_packages_architecture_builds_and_is_counted(another_package: str) -> None:
    assert another_package in names()
    assert option_names(another_package) == ["width", "bias"]
    model = build(another_package, (16, 16, 3), 5, width=0.5)
    assert measure(model).trainable_params == (9 * 3 * 4 + 4) + (4 * 5 + 5)
    known = facts(another_package)
    assert (known["family"], known["params"], known["published"]) == ("their-nets", None, {})
    assert estimate_macs(another_package, (16, 16, 3), 5) is None
    with pytest.raises(ArchitectureError, match="their_tiny has no option 'depth'"):
        build(another_package, (16, 16, 3), 5, depth=3)


def test_any_named_parameter_after_shape_and_classes_is_an_option(another_package: str) -> None:
    assert option_names("loose") == ["units"]
    assert build("loose", (16, 16, 3), 5, units=16).layers[1].filters == 16


def test_another_packages_refusals_are_sentences(another_package: str) -> None:
    with pytest.raises(ArchitectureError, match="narrow cannot be built for images of 8x8x3 with width=4096: "):
        build("narrow", (8, 8, 3), 5, width=4096)
    with pytest.raises(ArchitectureError, match=r"lonely of .* a builder is a function of an input shape and a number"):
        build("lonely", (8, 8, 3), 5)
    with pytest.raises(ArchitectureError, match="the builder of empty gives no Keras model, but NoneType"):
        build("empty", (8, 8, 3), 5)
    assert registry.loaded_kinds("narrow") == ({"width": None}, False)  # its annotations name what is not there


def test_foreign_options_are_known_without_loading_their_package(
    another_package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")
    assert foreign_kinds("their_tiny") == ({"width": "float", "bias": "bool"}, False)
    assert foreign_kinds("open_minded") == ({}, True)
    with pytest.raises(ArchitectureError, match="broken of entry point 'no_such_module:f' does not load"):
        foreign_kinds("broken")
    assert "their_nets" not in sys.modules


def test_a_foreign_builder_may_take_any_option_and_never_replaces_ours(another_package: str) -> None:
    for made in (build, build_outline):
        assert made("open_minded", (16, 16, 3), 5, size=1.0).count_params() == (9 * 3 * 8 + 8) + (8 * 5 + 5)
    assert measure(build("lenet5", (32, 32, 1), 10)).params == 61_706
    with pytest.raises(ArchitectureError, match="broken of entry point 'no_such_module:f' does not load"):
        build("broken", (16, 16, 3), 5)
