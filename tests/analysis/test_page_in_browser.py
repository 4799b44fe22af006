"""The page in a real browser: what its script does to the tables, and that its first screen holds the answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium with its driver on this machine")

SCREENS = [(1280, 720), (820, 1180), (390, 844)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: Any, rendered: Path) -> Any:
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get_log("performance")
    browser.get((rendered / "report.html").as_uri())
    return browser


def column(page: Any, number: int) -> list[str]:
    rows = "[...document.querySelectorAll('table.answers tbody tr:not([hidden])')]"
    script = f"return {rows}.map(row => row.cells[arguments[0]].textContent)"
    return list(page.execute_script(script, number))


def headings(page: Any) -> list[str]:
    return list(
        page.execute_script("return [...document.querySelectorAll('table.answers th')].map(h => h.textContent)")
    )


def test_nothing_is_fetched_and_nothing_complains(page: Any) -> None:
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert [url[:40] for url in asked if not url.startswith("data:")] == [page.current_url[:40]], "the page itself"


def test_a_column_sorts_by_what_it_means(page: Any) -> None:
    place = headings(page).index("Parameters")
    before = column(page, place)
    button = page.find_elements("css selector", "table.answers th button")[place]
    button.click()
    rising = column(page, place)
    assert rising == sorted(before, key=lambda text: int(text.replace(",", "")))
    button.click()
    assert column(page, place) == rising[::-1]
    heads = page.find_elements("css selector", "table.answers th")
    assert [head.get_attribute("aria-sort") for head in heads].count("descending") == 1


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["2.2 min", "82.6 s", "1 h 05 min", "–"], ["82.6 s", "2.2 min", "1 h 05 min", "–"]),
        (["11.9 M", "417 k", "1.2 G"], ["417 k", "11.9 M", "1.2 G"]),
        (["−3 (x)", "+1", "0.5%"], ["−3 (x)", "0.5%", "+1"]),
    ],
)
def test_numbers_are_compared_in_their_units(page: Any, texts: list[str], wanted: list[str]) -> None:
    assert page.execute_script("return arguments[0].sort(compare)", texts) == wanted


def test_rows_are_filtered_and_columns_hidden(page: Any) -> None:
    filter_ = page.find_element("css selector", ".tools input[type=search]")
    filter_.send_keys("LENET")
    (only,) = column(page, headings(page).index("Architecture"))
    assert "lenet5" in only
    page.find_element("css selector", ".columns summary").click()
    page.find_elements("css selector", ".columns input")[0].click()
    assert not page.find_elements("css selector", "table.answers th")[0].is_displayed()
    assert page.find_elements("css selector", "table.answers th")[1].is_displayed()


def test_a_row_unfolds_to_its_settings_and_pictures_and_folds_again(page: Any) -> None:
    button = page.find_element("css selector", "table.answers button.unfold")
    name = button.text.split()[0]
    button.click()
    opened = page.find_element("css selector", "table.answers tr.unfolded")
    assert button.get_attribute("aria-expanded") == "true"
    assert opened.find_elements("css selector", "svg[role=img]"), "its confusion matrix"
    assert "Architecture" in opened.text
    button.click()
    assert not page.find_elements("css selector", "tr.unfolded")
    assert page.find_elements("css selector", f"details[id^=row-{name}] svg"), "back in its place below"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_screen_is_the_answer(page: Any, screen: tuple[int, int], theme: str) -> None:
    width, height = screen
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    page.refresh()
    assert page.execute_script("return document.documentElement.scrollWidth") <= width, (
        "nothing is wider than the screen"
    )
    for what in (".question", ".answer", ".verdicts li", ".first svg", "table.answers tbody tr"):
        box = page.execute_script("return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", what)
        assert box["height"] > 0, what
        assert box["bottom"] <= height, what
    colours = page.execute_script("const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]")
    light = [sum(map(int, colour[4:-1].split(","))) > 3 * 128 for colour in colours]
    assert light == ([False, True] if theme == "light" else [True, False])
