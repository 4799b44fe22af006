"""What the README and the pages of `python -m suite help` tell people to type is understood by the commands."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from suite.__main__ import COMMANDS, DOCS
from suite.config.compose import compose
from suite.config.study import study_from

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
MEANT = {"NAME": "quickstart", "DIR": ".", "my_net": "lenet5", "NUMBER": "1", "BACKEND": "jax"}
"""What stands for something else, and one thing that it may stand for."""
FILE = re.compile(r"a file `(?P<name>studies/\w+\.yaml)`(?:.+\n)+\n(?P<text>(?: {4}.*\n)+)", re.IGNORECASE)


def commands() -> Iterator[tuple[str, str]]:
    """(page, command without its comment) for each that stands alone on an indented line."""
    for page in PAGES:
        for line in re.sub(r" \\\n +", " ", page.read_text("utf-8")).splitlines():
            match = re.match(r"    (?:\w+=\S+ )*python -m (suite[.\w]*(?: .*)?)$", line)
            if match:
                yield page.name, re.split(r" {2,}| # ", match[1])[0].strip()


def understood(text: str) -> list[str]:
    """The arguments of a command, without what is optional in it; a name that stands for others is one of them."""
    text = re.sub(r" \[[^\]=]+=[^\]]*\](?= |$)", "", text)
    return [re.sub(r"\b[A-Za-z_]+\b", lambda word: MEANT.get(word[0], word[0]), part) for part in shlex.split(text)]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the studies that the pages have people write."""
    (tmp_path / "studies").mkdir()
    for page in PAGES:
        for match in FILE.finditer(page.read_text("utf-8")):
            (tmp_path / match["name"]).write_text(textwrap.dedent(match["text"]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_are_commands_on_most_pages() -> None:
    found = list(commands())
    assert len(found) > 30
    assert {"README.md", "images.md", "weights.md", "scale.md"} <= {page for page, _ in found}


@pytest.mark.parametrize(("page", "command"), list(commands()))
def test_a_documented_command_is_understood(page: str, command: str, workspace: Path) -> None:
    module, *arguments = understood(command)
    if module == "suite":
        assert arguments[:1] in ([], ["help"]), page
        return
    assert module in COMMANDS, f"{page}: python -m {command}"
    if module == "suite.run":
        assert study_from(compose(arguments)).candidates
        return
    place = f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module
    help_text = getattr(import_module(place), "HELP", "") or import_module(place).__doc__
    for key in (argument.partition("=")[0] for argument in arguments if "=" in argument):
        assert re.search(rf"(?<![\w.]){re.escape(key)}=", help_text), f"{page}: {module} says nothing of {key}="


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_stands_as_code(page: Path) -> None:
    """A line that is a command and is not indented would be read as prose."""
    assert not re.search(r"(?m)^(?:python -m|export|make) ", page.read_text("utf-8"))
