from __future__ import annotations

from pathlib import Path

import pytest

from suite.commandline import DONE, REFUSED, enter
from suite.models import registry
from suite.models.__main__ import HELP, main
from suite.models.diagram import trace
from suite.models.layer_table import layer_table


def run(*arguments: str) -> int:
    return enter(main, HELP, list(arguments))


def test_what_is_drawn_are_the_layers_own_shapes_and_counts() -> None:
    rows = layer_table(registry.build_outline("lenet5", (32, 32, 1), 10))
    side, channels, params, macs = trace(rows)
    assert side[0] == 32
    assert (side[-1], channels[-1]) == (1, 10)
    assert params.sum() == 61_706
    assert macs.sum() == sum(row.macs or 0 for row in rows)
    assert {28, 14, 10, 5} <= set(side.tolist())


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_an_architecture_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture, suffix: str) -> None:
    path = tmp_path / f"net.{suffix}"
    assert run("name=lenet5", f"picture={path}") == DONE
    assert f"wrote {path}" in capsys.readouterr().out
    first = path.read_bytes()
    assert b"lenet5: 32x32x1, 10 classes; 61,706 parameters" in first or suffix == "png"
    assert run("name=lenet5", f"picture={path}") == DONE
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("picture=a.svg",), "add name=NAME"),
        (("name=lenet5", "picture=a.gif"), "ends in .svg, .png or .pdf"),
        (("name=lenet5", "picture=nowhere/a.svg"), "there is no folder nowhere"),
        (("name=lenet5", "picture=a.svg", "format=json"), "leave out measure= and format="),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == REFUSED
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
