"""`python -m suite`, and the pages that come with the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

from suite.__main__ import COMMANDS, DOCS, main, page, topics
from suite.core.refusals import Refusal


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "suite", *arguments], capture_output=True, text=True, timeout=60)


def test_alone_it_lists_commands_and_pages() -> None:
    for arguments in ((), ("help",), ("--help",)):
        done = said(*arguments)
        assert done.returncode == 0
        assert all(f"python -m {name} " in done.stdout for name in COMMANDS)
        assert "python -m suite help scale" in done.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_there(name: str) -> None:
    place = DOCS.parent / name.removeprefix("suite.").replace(".", "/")
    assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()


def test_a_page_is_printed_and_its_files_are_there() -> None:
    done = said("help", "scale")
    assert done.returncode == 0
    assert done.stdout == page("scale")
    for name in ("cluster.yaml", "cluster.sbatch"):
        assert str(DOCS / name) in done.stdout
        assert (DOCS / name).exists()
    assert {"images", "lengths", "scale", "studies", "weights"} <= {*topics()}


def test_a_misspelt_page_is_refused() -> None:
    assert said("help", "scael").returncode == 2
    assert said("run", "study=quickstart").stderr == "refused: run is a module: python -m suite.run study=quickstart\n"
    with pytest.raises(Refusal, match="Did you mean 'scale'"):
        main(["topic", "scael"])
    with pytest.raises(Refusal, match="help TOPIC"):
        main(["scale"])
