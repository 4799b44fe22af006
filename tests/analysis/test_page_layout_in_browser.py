"""The page on three screens in two themes: its first screen holds the answer, nothing overflows or overlaps, axe is
content. What a person sees is in the pictures that SUITE_SCREENSHOTS=DIR keeps of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from suite.analysis.claims_ledger.page import Decision, texts
from suite.analysis.claims_ledger.sentences import ClaimsLedger, Entry
from tests.browser import SCREENS, THEMES, browser, needed, screen, theme, violations

__all__ = ["browser"]
pytestmark = needed

SHOWN = """
const boxes = [...document.querySelectorAll(arguments[0])].map((one) => one.getBoundingClientRect().toJSON());
return boxes.find((box) => box.height > 0);
"""
LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8")
ANSWER = (".question", ".answer", ".verdicts li", ".first svg", "table.answers tbody tr")
"""What the first screen has to hold: question, winner with cost, verdicts, a picture, the table's first row."""


@pytest.mark.parametrize("theme_", THEMES)
@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_first_screen_is_the_answer_and_all_has_its_place(
    browser: Any, rendered: Path, size: tuple[int, int], theme_: str
) -> None:
    screen(browser, *size)
    theme(browser, theme_)
    browser.get((rendered / "report.html").as_uri())
    for what in ANSWER:
        box = browser.execute_script(SHOWN, what)
        assert box, what
        assert box["bottom"] <= size[1], what
    keep(browser, f"first-{size[0]}x{size[1]}-{theme_}")
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    assert browser.execute_script(LAYOUT) == []
    colours = browser.execute_script("const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]")
    light = [sum(map(int, colour[4:-1].split(","))) > 3 * 128 for colour in colours]
    assert light == ([False, True] if theme_ == "light" else [True, False])


def keep(browser: Any, name: str) -> None:
    """Keep a picture of what is shown, for people, where they ask for it."""
    if folder := os.environ.get("SUITE_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def test_it_is_accessible_in_both_themes_folded_and_unfolded(browser: Any, rendered: Path) -> None:
    screen(browser, 1280, 720)
    theme(browser, "light")
    browser.get((rendered / "report.html").as_uri())
    assert violations(browser) == []
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    browser.find_element("css selector", "table.answers button.unfold").click()
    assert violations(browser) == []
    theme(browser, "dark")
    assert violations(browser, "color-contrast") == []


def test_the_claims_page_is_accessible(browser: Any, tmp_path: Path) -> None:
    sentences = [
        Entry(name, f"Sentence {name}.", "one", "First", "not_decidable", "Nobody knows.") for name in ("a", "b")
    ]
    verdicts = zip(sentences, ("proven", "refuted"), strict=True)
    decided = [Decision(sentence, verdict, "a reason") for sentence, verdict in verdicts]
    text = texts(ClaimsLedger({"one": "The article"}, {}, {}, tuple(sentences)), decided)["claims.html"]
    (tmp_path / "claims.html").write_text(text, encoding="utf-8")
    theme(browser, "light")
    browser.get((tmp_path / "claims.html").as_uri())
    assert violations(browser) == []
    theme(browser, "dark")
    assert violations(browser, "color-contrast") == []
