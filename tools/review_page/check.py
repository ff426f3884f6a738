"""Looks at review pages in Chromium: what is seen, clicked, filtered, printed, and how long it takes."""

import argparse
import base64
import io
import shutil
import sys
import time
from pathlib import Path

from pypdf import PdfReader
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

MOST_BYTES = 10_000_000
MOST_SECONDS = 2.0
# 1280 pixels at 400 %.
NARROW = 320


class Checks:
    """What was wrong, so that all of it is said at once."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def that(self, is_right: bool, what: str) -> None:
        print(f"{'ok   ' if is_right else 'WRONG'} {what}", flush=True)
        if not is_right:
            self.wrong.append(what)


def browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    # The driver runs as root in CI, where Chromium's sandbox cannot.
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def medium(driver: webdriver.Chrome, scheme: str, media: str = "") -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


def text_of(driver: webdriver.Chrome, selector: str) -> str:
    """The text of an element, which the driver would ask the style of every part for."""
    return driver.execute_script("return document.querySelector(arguments[0]).textContent", selector)


def shown(driver: webdriver.Chrome) -> int:
    return driver.execute_script("return document.querySelectorAll('details.change:not([hidden])').length")


def axe(driver: webdriver.Chrome, script: str, checks: Checks, name: str) -> None:
    driver.execute_script(script)
    found = driver.execute_async_script("axe.run(document).then(arguments[arguments.length - 1])")
    for violation in found["violations"]:
        targets = [node["target"] for node in violation["nodes"][:3]]
        print(f"      {violation['id']}: {violation['help']} {targets}")
    checks.that(not found["violations"], f"axe {found['testEngine']['version']} finds nothing, {name}")


def look(driver: webdriver.Chrome, page: Path, checks: Checks) -> None:
    driver.get(page.as_uri())
    headings = driver.execute_script("return [...document.querySelectorAll('h2')].map((it) => it.textContent)")
    parts = ["Risk", "Cost", "Access", "Exposure", "Findings", "Picture", "Changes"]
    checks.that(headings == parts, f"it has the parts {', '.join(headings)}")
    checks.that("aws_security_group.cache_access" in text_of(driver, "#risk"), "what is replaced is at the top")
    checks.that("all" in text_of(driver, "#cost"), "cost is summed")
    checks.that("logs:CreateLogStream" in text_of(driver, "#access"), "a permission that is gained is at the top")
    everything = shown(driver)
    checks.that(everything > 100, f"{everything} changes")

    def count() -> str:
        return text_of(driver, "#count")

    def choose(field: str, value: str) -> None:
        driver.execute_script(
            "const it = document.getElementById(arguments[0]); it.value = arguments[1];"
            "it.dispatchEvent(new Event('change', { bubbles: true }))",
            field,
            value,
        )

    choose("severity", "high")
    high = shown(driver)
    checks.that(0 < high < everything and count() == f"{high} of {everything}", f"{high} are of high severity")
    choose("severity", "")
    choose("kind", "replaced")
    kinds = driver.execute_script(
        "return [...document.querySelectorAll('details.change:not([hidden])')].map((it) => it.dataset.kind)"
    )
    checks.that(set(kinds) == {"replaced"}, f"{len(kinds)} are replaced")
    choose("kind", "")
    choose("stack", "shtetl-dev")
    stacks = driver.execute_script(
        "return [...document.querySelectorAll('section.stack:not([hidden]) h3')].map((it) => it.firstChild.data)"
    )
    checks.that([name.strip() for name in stacks] == ["shtetl-dev"], "one stack is left")
    search = driver.find_element(By.ID, "search")
    search.send_keys("db.t4g.small")
    time.sleep(1)
    # What has changed outside, and what the apply makes of it.
    checks.that(shown(driver) == 2, "a value is found, also in what is closed")
    search.send_keys(Keys.ESCAPE)
    checks.that(shown(driver) == everything, "Escape takes all filters away")

    choose("kind", "replaced")
    link = driver.find_element(By.CSS_SELECTOR, ".picture svg a")
    target = driver.execute_script("return arguments[0].href.baseVal.slice(1)", link)
    driver.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))", link)
    time.sleep(0.5)
    change = driver.find_element(By.ID, target)
    checks.that(change.get_attribute("open") is not None and change.is_displayed(), "a click in the picture opens the change")
    focused = driver.execute_script("return document.activeElement.parentElement.id")
    checks.that(focused == target, "and gives it the focus")
    driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    after = driver.execute_script("return document.activeElement.parentElement.id")
    checks.that(after not in ("", focused), "an arrow goes to the next change")
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    checks.that(driver.find_element(By.ID, after).get_attribute("open") is not None, "Enter opens it")
    source = change.find_elements(By.CSS_SELECTOR, ".source")
    checks.that(bool(source) and ".rs:" in source[0].get_attribute("textContent"), "a change names its line of Rust")

    driver.find_element(By.ID, "close").click()
    choose("stack", "shtetl-dev")
    printed = driver.execute_cdp_cmd("Page.printToPDF", {})["data"]
    pages = PdfReader(io.BytesIO(base64.b64decode(printed))).pages
    text = "".join(page.extract_text() for page in pages)
    checks.that("db.t4g.small" in text, f"what is closed is printed too, on {len(pages)} pages")
    checks.that("Open all" not in text, "the filters are not printed")


def access(driver: webdriver.Chrome, page: Path, script: str, checks: Checks) -> None:
    """What a screen reader, a magnifier and colours need, of a page with everything open."""
    driver.get(page.as_uri())
    driver.find_element(By.ID, "open").click()
    for scheme in ["light", "dark"]:
        medium(driver, scheme)
        axe(driver, script, checks, scheme)
    medium(driver, "light")
    screen = {"width": NARROW, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    width = driver.execute_script("return document.scrollingElement.scrollWidth")
    checks.that(width <= NARROW, f"at 400 % it is {width} of {NARROW} pixels wide")
    axe(driver, script, checks, "at 400 %")
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})



def measure(driver: webdriver.Chrome, page: Path, checks: Checks) -> None:
    size = page.stat().st_size
    checks.that(size < MOST_BYTES, f"5 000 changes are {size / 1e6:.1f} MB")
    taken = []
    for _ in range(3):
        driver.get("about:blank")
        driver.get(page.as_uri())
        # Until something is painted and the script has run.
        taken.append(driver.execute_async_script(
            "const done = arguments[0];"
            "requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() / 1000)))"
        ))
    times = ", ".join(f"{it:.2f}" for it in taken)
    checks.that(min(taken) < MOST_SECONDS, f"and open within {times} s")
    checks.that(shown(driver) == 5000, "all of them are there")
    filtered = driver.execute_script(
        "const begun = performance.now(); const it = document.getElementById('kind'); it.value = 'replaced';"
        "it.dispatchEvent(new Event('change', { bubbles: true })); document.body.offsetHeight;"
        "return (performance.now() - begun) / 1000"
    )
    checks.that(shown(driver) == 1250 and filtered < 1.0, f"a filter takes {filtered:.2f} s")


def screenshot(driver: webdriver.Chrome, page: Path, file: Path) -> None:
    driver.set_window_size(1280, 860)
    medium(driver, "light")
    driver.get(page.as_uri())
    file.write_bytes(driver.get_screenshot_as_png())
    print(f"      {file} has {file.stat().st_size // 1000} kB")


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ["axe", "plan", "review", "small", "many"]:
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--screenshot", type=Path)
    args = parser.parse_args()
    checks = Checks()
    changes = [page.read_text().count('<details class="change"') for page in (args.plan, args.review)]
    checks.that(changes[0] == changes[1], f"`review` has the changes of `plan`: {changes[1]} of {changes[0]}")
    driver = browser()
    try:
        driver.set_script_timeout(300)
        access(driver, args.small, args.axe.read_text(), checks)
        look(driver, args.plan, checks)
        measure(driver, args.many, checks)
        said = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        checks.that(not said, f"the console has no errors {said[:3]}")
        if args.screenshot:
            screenshot(driver, args.small, args.screenshot)
    finally:
        driver.quit()
    if checks.wrong:
        sys.exit(f"{len(checks.wrong)} wrong")


main()
