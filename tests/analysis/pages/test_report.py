from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from suite.analysis import rendering
from suite.core.directories import RunKey
from tests.analysis.conftest import Store

VOID = {"meta", "br", "img", "link", "hr"}


class Page(HTMLParser):
    """Tags with their attributes, visible text, and whether every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def hostile(described: Callable[..., Any]) -> dict[str, Any]:
    study = described(title="<script>alert(1)</script> & _risky_ | =cmd()", question='Is 5 < 6 & "so"?')
    study["claims"][0]["text"] = "<img src=x>"
    study["data"]["class_names"][0] = "<i>class</i>"
    study["data"]["notes"] = ["checksum differs from the <publisher>'s"]
    return study


def test_the_page_is_whole_and_opens_offline(rendered: Path) -> None:
    page = Page((rendered / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert not {"link", "iframe", "object"} & {tag for tag, _ in page.tags}
    scripts = [attributes.get("id") for tag, attributes in page.tags if tag == "script"]
    assert scripts == ["again", None], "what it has inside it, its own, and no other"
    sources = [
        value for _, attrs in page.tags for name, value in attrs.items() if name in ("src", "href", "xlink:href")
    ]
    assert all(source and source.startswith(("data:", "#")) for source in sources)
    small = 1  # the first screen has its picture for narrow screens, too
    assert sum(tag == "svg" for tag, _ in page.tags) == len(list((rendered / "figures").iterdir())) + small


def test_the_page_has_every_section(rendered: Path) -> None:
    text = (rendered / "report.html").read_text(encoding="utf-8")
    headings = re.findall(r"<h2>(.*?)</h2>", text)
    assert headings == [
        "Tuned track",
        "Claims",
        "How sure, tuned track",
        "Often misquoted",
        "Figures",
        "Deciding images",
        "Row by row",
        "How it was measured",
        "What it cost",
        "Runs that did not complete",
        "Circumstances",
    ]
    markdown = (rendered / "report.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", markdown, re.MULTILINE) == [name for name in headings if name != "Row by row"]


def test_misquotations_are_those_of_the_reports_architectures(rendered: Path) -> None:
    markdown = (rendered / "report.md").read_text(encoding="utf-8")
    section = markdown.split("## Often misquoted")[1].split("\n## ")[0]
    assert "| lenet5 | LeNet-5 has 5 layers. | Its paper counts 7" in section
    assert "LeCun et al. 1998 section II.B" in section
    assert "VGG" not in section
    texts = Page((rendered / "report.html").read_text(encoding="utf-8")).texts
    assert {"Often misquoted", "Commonly quoted", "What it really is", "LeNet-5 has 5 layers."} <= set(texts)


def test_where_nothing_is_misquoted_there_is_no_such_section(store: Store, described: Callable[..., Any]) -> None:
    study = described(claims=[])
    del study["candidates"]["lenet5"]
    store.describe(study)
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)
    for name in ("report.html", "report.md"):
        assert "misquoted" not in (folder / name).read_text(encoding="utf-8")


def test_words_of_users_stay_words(store: Store, described: Callable[..., Any]) -> None:
    study = hostile(described)
    store.whole(study)
    store.run(study, RunKey("lenet5", "tuned", "search", 0), outcome="error", reason="<b>boom</b> | x")
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.tags]
    assert not {"img", "i"} & set(tags)
    assert tags.count("script") == 2, "the page's own, and what it has inside it"
    text = "".join(page.texts)
    for words in (
        study["title"],
        study["question"],
        "<img src=x>",
        "<b>boom</b> | x",
        "the <publisher>'s",
        "<i>class</i>",
    ):
        assert words in text
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert r"\<script\>alert(1)\</script\> &amp; \_risky\_ \| =cmd()" in markdown


def test_markdown_tables_have_one_width(rendered: Path) -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", (rendered / "report.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(blocks) >= 5
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_figures_of_the_markdown_exist(rendered: Path) -> None:
    names = re.findall(r"\]\((figures/[^)]+)\)", (rendered / "report.md").read_text(encoding="utf-8"))
    assert len(names) == 12
    assert all((rendered / name).is_file() for name in names)


def test_a_study_that_has_just_begun_has_a_page(store: Store, described: Callable[..., Any]) -> None:
    store.describe(described(state="running", claims=[]))
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "No final run has finished yet." in text
    assert "still running" in text
    assert "0 of 3 seeds so far" in text
    rendering.render(rendering.refresh(store.workspace, "fabricated", running=False))
    assert "This study was cut off. The same command finishes it." in (folder / "report.html").read_text(
        encoding="utf-8"
    )
    assert "<h2>Claims</h2>" not in text


def test_the_page_of_twelve_candidates_stays_below_three_megabytes(rendered: Path) -> None:
    """By the page of three, whose folds each hold a matrix of ten classes; text shared by all counts four times."""
    assert 4 * (rendered / "report.html").stat().st_size < 3_000_000
