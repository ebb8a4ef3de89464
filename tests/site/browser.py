"""The site in Chromium: each everyday task is one search and one click away, and every page fits its window.

Called by run.py with the folder of the site.
"""

import json
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

# What somebody types, and the page that answers.
TASKS = {
    "wildcard": "recipes/wildcard.html",
    "cron": "recipes/cron-and-systemd.html",
    "IP address": "recipes/ip-address.html",
    "revoke": "operations/revoke_certificate.html",
    "expiring": "operations/list_certificates.html",
    "proxy": "recipes/proxy.html",
    "header auth": "recipes/header-auth.html",
    "sandbox": "sandbox.html",
    "PKCS#12": "recipes/java-keystore.html",
    "many hosts": "fleet.html",
}
PHONE, DESKTOP = (390, 844), (1440, 900)
PATIENCE = 20
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Quiet(SimpleHTTPRequestHandler):
    """Serves the folder without a log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> int:
    site = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    top = f"http://127.0.0.1:{server.server_port}/"
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        for argument in [*QUIET, f"--user-data-dir={profile}"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            failed = tasks(driver, top) + pages(driver, top, site) + strangers(driver, top)
        finally:
            driver.quit()
    server.shutdown()
    for failure in failed:
        print(f"site: FAILED {failure}")
    return 1 if failed else 0


def tasks(driver: webdriver.Chrome, top: str) -> list[str]:
    failed = []
    driver.set_window_size(*DESKTOP)
    for words, page in TASKS.items():
        driver.get(top)
        field = driver.find_element(By.CSS_SELECTOR, "input.md-search__input")
        driver.execute_script("arguments[0].focus()", field)
        field.send_keys(words)
        found = WebDriverWait(driver, PATIENCE).until(results, f"search for {words!r}: no result")
        links = [link.get_attribute("href").removeprefix(top).partition("#")[0].partition("?")[0] for link in found]
        if page not in links[:8]:
            failed.append(f"search for {words!r}: {page} is not among {links[:8]}")
            continue
        driver.execute_script("arguments[0].click()", found[links.index(page)])
        WebDriverWait(driver, PATIENCE).until(lambda driver, page=page: page in driver.current_url)
    print(f"site: {len(TASKS)} tasks, {len(failed)} not found by one search and one click", flush=True)
    return failed


def results(driver: webdriver.Chrome) -> list[WebElement]:
    return driver.find_elements(By.CSS_SELECTOR, "a.md-search-result__link")


def pages(driver: webdriver.Chrome, top: str, site: Path) -> list[str]:
    """No page is wider than the window, on a phone and on a desktop, light and dark."""
    failed = []
    paths = sorted(str(path.relative_to(site)) for path in site.rglob("*.html") if is_ours(path.relative_to(site)))
    for size in (PHONE, DESKTOP):
        for scheme in ("light", "dark"):
            # A headless window has a least width; the metrics have none.
            metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
            # A choice of the last round would be remembered.
            driver.get("about:blank")
            forgotten = {"origin": top.rstrip("/"), "storageTypes": "local_storage"}
            driver.execute_cdp_cmd("Storage.clearDataForOrigin", forgotten)
            for path in paths if scheme == "light" else paths[:1]:
                driver.get(top + path)
                width = driver.execute_script("return document.documentElement.scrollWidth")
                if width > size[0]:
                    failed.append(f"{path} is {width} wide in a window of {size[0]}")
                shown = driver.execute_script("return document.body.getAttribute('data-md-color-scheme')")
                if shown != {"light": "default", "dark": "slate"}[scheme]:
                    failed.append(f"{path} is shown in {shown} to somebody who wants {scheme}")
    print(f"site: {len(paths)} pages at {PHONE[0]} and {DESKTOP[0]} pixels, light and dark", flush=True)
    return failed


def is_ours(path: Path) -> bool:
    return path.name != "404.html" and path.parts[0] != "rust"


def strangers(driver: webdriver.Chrome, top: str) -> list[str]:
    """Nothing is fetched from elsewhere, and no script fails."""
    asked = [
        entry["message"] for entry in driver.get_log("performance") if '"Network.requestWillBeSent"' in entry["message"]
    ]
    elsewhere = {
        url for message in asked for url in urls(message) if not url.startswith((top, "data:", "blob:", "chrome:"))
    }
    said = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    return [f"the site fetches {url}" for url in sorted(elsewhere)] + [f"the browser says: {line}" for line in said]


def urls(message: str) -> list[str]:
    request = json.loads(message)["message"]["params"]["request"]
    return [request["url"]]


if __name__ == "__main__":
    sys.exit(main())
