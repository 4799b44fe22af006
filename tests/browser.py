"""A real browser for tests that need one: headless Chromium with its driver, or these tests are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
DRIVER = shutil.which("chromedriver")
needed = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium with its driver on this machine")

SCREENS = [(1280, 720), (820, 1180), (390, 844)]
THEMES = ("light", "dark")


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


def screen(browser: Any, width: int, height: int) -> None:
    """Show what follows on a screen of this size."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def theme(browser: Any, name: str) -> None:
    """Show what follows light or dark."""
    media = {"features": [{"name": "prefers-color-scheme", "value": name}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)


def axe() -> str:
    """The source of axe-core, Deque's checker of accessibility."""
    return (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(browser: Any, *rules: str) -> list[str]:
    """What axe finds wrong with the page that is shown, by rule and place; of these rules alone, where some are named.

    Its colours are settled at once: a transition under way would be measured half way.
    """
    browser.execute_script(axe())
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    script = (
        "const done = arguments[arguments.length - 1]; axe.run(document, arguments[0]).then("
        "found => done(found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 200)} "
        "${node.any.concat(node.all, node.none).map(check => check.message).join(' ')}`))))"
    )
    browser.set_script_timeout(120)
    return list(browser.execute_async_script(script, {**only, "resultTypes": ["violations"]}))
