"""Markdown pages as HTML: headings that can be linked to, tables that scroll, links that lead somewhere here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from suite.analysis.table.markup import SCROLLS


@dataclass(frozen=True)
class Section:
    """A heading: its level from 1, its id on the page, and the text below it up to the next one."""

    title: str
    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Guide:
    """A page of Markdown. title: its first heading; intro: its first paragraph; html: all below its first heading."""

    title: str
    intro: str
    html: str
    sections: list[Section]


def read(text: str, resolve: Callable[[str], str | None]) -> Guide:
    """A page of Markdown as HTML. `resolve` gives a link's place on the site; of one that has none the text stays."""
    parser = MarkdownIt("commonmark").enable("table")
    tokens = [token for token in parser.parse(text) if token.type != "html_block" or not _comment(token)]
    for token in tokens:
        token.children = _linked(token.children or [], resolve) if token.type == "inline" else token.children
        if token.type == "html_block":  # what somebody wrote as HTML is shown as it was written
            token.type, token.tag = "code_block", "code"
    sections = _sections(tokens)
    title = sections[0].title if sections and sections[0].level == 1 else ""
    body = tokens[3:] if title else tokens
    first = next((body[i + 1] for i, token in enumerate(body) if token.type == "paragraph_open"), None)
    intro = "" if first is None else parser.renderer.render([first], parser.options, {})
    html = parser.renderer.render(body, parser.options, {})
    html = html.replace("<table>", f"{SCROLLS}<table>").replace("</table>", "</table></div>")
    html = html.replace("<pre>", '<pre tabindex="0">')
    return Guide(title, intro, html, sections)


def _comment(token: Token) -> bool:
    return bool(re.fullmatch(r"\s*(<!--.*?-->\s*)*", token.content, re.DOTALL))


def _linked(children: list[Token], resolve: Callable[[str], str | None]) -> list[Token]:
    """Inline tokens with links resolved; a link without a place is dropped, and its words stay."""
    kept, dropped = [], 0
    for token in children:
        if token.type == "link_open":
            place = resolve(str(token.attrGet("href")))
            if place is None:
                dropped += 1
                continue
            token.attrSet("href", place)
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        elif token.type == "html_inline" or (
            token.type == "image" and resolve(str(token.attrGet("src"))) is None
        ):  # of a picture that is not on the site its words stay
            token.type = "text"
        kept.append(token)
    return kept


def _sections(tokens: list[Token]) -> list[Section]:
    """All headings, which get their ids here, with the text below each."""
    found: list[tuple[Token, str, list[str]]] = []
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            found.append((token, _words(tokens[number + 1]), []))
        elif found and token.type in ("inline", "fence", "code_block") and tokens[number - 1].type != "heading_open":
            found[-1][2].append(_words(token))
    seen: Counter[str] = Counter()
    sections = []
    for token, title, texts in found:
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
        anchor = f"{slug}-{seen[slug]}" if seen[slug] else slug
        seen[slug] += 1
        token.attrSet("id", anchor)
        sections.append(Section(title, int(token.tag[1]), anchor, re.sub(r"\s+", " ", " ".join(texts)).strip()))
    return sections


def _words(token: Token) -> str:
    if token.children is None:
        return token.content
    breaks = ("softbreak", "hardbreak")
    return "".join(" " if child.type in breaks else child.content for child in token.children)
