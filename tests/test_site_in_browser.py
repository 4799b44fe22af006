"""The site in a real browser, from the disk: it searches, its table filters, nothing is wider than a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import browser, needed, screen, theme, violations

__all__ = ["browser"]
pytestmark = needed


def shown(page: Any, selector: str) -> list[str]:
    return [element.text for element in page.find_elements("css selector", selector)]


def test_a_search_from_any_page_finds_and_goes_on_as_one_types(browser: Any, built: Path) -> None:
    browser.get((built / "architectures" / "lenet5.html").as_uri())
    box = browser.find_element("css selector", ".bar input")
    box.send_keys("vgg16")
    box.submit()
    assert shown(browser, "#results a")[:2] == ["vgg16", "vgg16_bn"]
    browser.find_element("css selector", ".bar input").send_keys(" nonsense")
    assert shown(browser, "#results a") == []
    assert shown(browser, "#found") == ["0 places"]
    box = browser.find_element("css selector", ".bar input")
    box.clear()
    box.send_keys("MIXUP helps")
    assert shown(browser, "#results a")[0] == "Mixup helps."
    browser.find_element("css selector", "#results a").click()
    assert browser.current_url.endswith("index.html#study-augmentation")
    assert browser.get_log("browser") == []


def test_the_lineage_filters_and_sorts(browser: Any, built: Path) -> None:
    browser.get((built / "architectures.html").as_uri())
    browser.find_element("css selector", ".tools input[type=search]").send_keys("densenet")
    names = shown(browser, "tbody tr:not([hidden]) td:first-child")
    assert names
    assert all("densenet" in name for name in names)
    browser.find_elements("css selector", "th button")[2].click()
    counts = shown(browser, "tbody tr:not([hidden]) td:nth-child(3)")
    assert counts == sorted(counts, key=lambda text: int(text.replace(",", "")))
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen(browser: Any, built: Path, width: int) -> None:
    screen(browser, width, 800)
    for name in ("index", "architectures", "how", "search", "architectures/resnet20", "architectures/vgg16"):
        browser.get((built / f"{name}.html").as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width, name
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("name", ["index", "architectures", "how", "claims", "search", "architectures/resnet20"])
def test_a_page_is_accessible_in_both_themes(browser: Any, built: Path, name: str) -> None:
    theme(browser, "light")
    browser.get((built / f"{name}.html").as_uri())
    assert violations(browser) == []
    theme(browser, "dark")
    assert violations(browser, "color-contrast") == []
