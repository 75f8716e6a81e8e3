"""The page in a browser, as somebody would use it."""

from __future__ import annotations

import base64
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

import degrade
from degrade.codecs import decode

_PATIENCE_S = 120
_T = TypeVar("_T")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # others' own


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, which notes every request."""
    pytest.importorskip("selenium", reason="a browser is driven by selenium: pip install selenium")
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no browser: install Debian's packages chromium and chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.add_argument("--window-size=1440,1500")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


class Reader:
    """Somebody before the page."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def find(self, selector: str) -> Any:
        return self.until(lambda: next(iter(self.browser.find_elements("css selector", selector)), None))

    def text(self, selector: str) -> str:
        return str(self.find(selector).get_attribute("textContent"))

    def until(self, wanted: Callable[[], _T | None]) -> _T:
        """What `wanted` gives once it is something."""
        from selenium.common.exceptions import StaleElementReferenceException

        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            try:
                found = wanted()
            except StaleElementReferenceException:
                found = None
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"not within {_PATIENCE_S} s; the page says: {self.text('#said')}")

    def said(self, *parts: str) -> str:
        """The line on the page, once all parts are in it."""
        return self.until(lambda: next((t for t in [self.text("#said")] if all(part in t for part in parts)), None))

    def pictures(self) -> list[np.ndarray]:
        """The clean and the degraded picture, as the browser has them."""
        script = """
            const [selector, done] = arguments;
            Promise.all([...document.querySelectorAll(selector)].map(async (image) => {
                const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
                return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
            })).then(done);
        """
        files = self.browser.execute_async_script(script, "#pair img")
        return [decode(base64.b64decode(file)).pixels for file in files]

    def export(self) -> str:
        """The file that the button saves."""
        link = self.find("#save a")
        assert link.get_attribute("download") == "mine.yaml"
        return base64.b64decode(link.get_attribute("href").partition("base64,")[2]).decode()

    def requests(self) -> set[str]:
        """The addresses that were asked for."""
        messages = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        return {
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        }


def test_a_photograph_is_damaged_and_its_recipe_exported(page: Any, browser: Any, photo: Path, tmp_path: Path) -> None:
    reader = Reader(browser)
    browser.get(page.url)
    reader.said("astronaut.png, 512 × 512 px", "damaged", "scratches")

    reader.find("#file input[type=file]").send_keys(str(photo))
    reader.said("holiday 1.jpg, 200 × 160 px", "holiday_1-")
    before = reader.export()

    reader.find("#panel-scratches button").click()
    slider = reader.find("#scratches-count input[type=range]")
    reader.until(slider.is_displayed)
    for _ in range(3):
        slider.send_keys("\ue014")  # the right arrow key
    value = int(reader.find("#scratches-count input[type=number]").get_attribute("value"))
    reader.until(lambda: reader.export() != before and f"count: {value}" in reader.export())
    browser.save_screenshot(str(tmp_path / "page.png"))

    (tmp_path / "mine.yaml").write_text(reader.export(), "utf-8")
    recipe = degrade.load_recipe(tmp_path / "mine.yaml")
    key = reader.said("damaged").partition("px. ")[2].partition(":")[0]
    pair = recipe.of_photograph(decode(photo.read_bytes(), luma=recipe.reads_luma), key=key)
    clean, degraded = reader.pictures()[:2]
    assert clean.shape == degraded.shape == (192, 192, 3)  # a small picture, each pixel twice as large
    assert np.array_equal(clean[::2, ::2], pair.clean)
    assert np.array_equal(degraded[::2, ::2], pair.degraded)

    bad = tmp_path / "bad.jpg"
    bad.write_text("no picture")
    reader.find("#file input[type=file]").send_keys(str(bad))
    assert "Traceback" not in reader.said("bad.jpg cannot be shown", "convert it to JPEG, PNG or TIFF")

    browser.find_elements("css selector", "#samples button.thumbnail-item")[1].click()
    reader.said("camera.png, 512 × 512 px")
    chosen = reader.find("#recipe input")
    chosen.clear()
    chosen.send_keys("faces_noise@48", "\ue007")  # enter
    reader.until(lambda: browser.find_elements("css selector", "#panel-random_pixels"))
    reader.until(lambda: reader.find("#save a").get_attribute("download") == "faces_noise@48.yaml")
    assert not browser.find_elements("css selector", "#panel-scratches")

    elsewhere = {url for url in reader.requests() if not url.startswith((page.url, "data:", "blob:"))}
    assert elsewhere == set()
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    picture = decode((tmp_path / "page.png").read_bytes()).pixels
    assert picture.shape[1] > 1000
    assert picture.std() > 20  # something is drawn
