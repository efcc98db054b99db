"""A real server process with sample data, and a real browser: what a newcomer gets from `make run`."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 480
WAIT = 15_000
"""Milliseconds that a page may take to show what is expected, on a busy machine."""
ARRIVAL_TRIES = 60
"""Half seconds that a dispatch may take from one island to the other."""
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
SHOTS = Path(os.environ["GIAOBAN_SHOTS"]) if os.environ.get("GIAOBAN_SHOTS") else None
"""A folder for screenshots, when somebody wants to look at the screens."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are skipped, and the summary says so."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(600))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@dataclass(frozen=True)
class Running:
    """A server that answers: its address, its data folder, the variables it was started with."""

    address: str
    home: Path
    environment: dict[str, str]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with fresh sample data, started by the command a newcomer types."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIAOBAN_", "DJANGO_"))
    } | {"GIAOBAN_HOME": str(home), "GIAOBAN_LANG": "vi"}
    with (home.parent / f"{home.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "giaoban.cli.main", "serve", "--sample", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(port, process, Path(log.name))
            yield Running(f"http://127.0.0.1:{port}", home, environment)
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(running: Running) -> str:
    """The address of the server."""
    return running.address


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            # The socket listens only once the sample is there; the process itself says when it is done for.
            try:
                process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
        finally:
            connection.close()
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the machine; Playwright's own browsers are never downloaded.

    Gone when the file is done: its event loop lives in the thread of the tests, and Django keeps one database connection with a loop and
    another without, so that what a file after it prepares would be locked for its own tests.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(server: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody: `visit("canbo.ca")` signs in and lands on the desk. `page.problems` collects script errors."""
    contexts: list[BrowserContext] = []

    def open_page(
        username: str = "", *, size: dict[str, int] = DESK, language: str = "vi-VN", scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=server,
            viewport=size,  # type: ignore[arg-type]
            locale=language,
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.problems = problems  # type: ignore[attr-defined]
        page.goto("/")
        if username:
            sign_in(page, username)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, username: str, password: str = "") -> None:
    """Type name and password and press the button; the sample's password unless another is given."""
    from giaoban.sample.directory import PASSWORD

    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(password or PASSWORD)
    follow(page, page.get_by_role("button", name="Đăng nhập"))


def follow(page: Page, leading: Locator) -> None:
    """Click what leads to another page and wait until that page is whole: a click alone returns while it is still being read."""
    with page.expect_navigation():
        leading.click()


def vi(msgid: str, context: str = "", **values: Any) -> str:
    """What the catalogues say for an English message, as it stands on the Vietnamese screen."""
    from django.utils.translation import gettext, override, pgettext

    with override("vi"):
        text = pgettext(context, msgid) if context else gettext(msgid)
    return text % values if values else text


def button(page: Page, msgid: str, context: str = "", **values: Any) -> Locator:
    """The button or link that reads like the Vietnamese of this message."""
    name = vi(msgid, context, **values)
    return page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).first


def field(where: Page | Locator, msgid: str) -> Locator:
    """The field with this label, whether or not it is marked as optional."""
    return where.get_by_label(re.compile(rf"^\s*{re.escape(vi(msgid))}\s*(\({re.escape(vi('optional'))}\))?\s*$"))


def arrived(page: Page, expected: Locator) -> None:
    """Look again until what another island sent is shown on this page."""
    from playwright.sync_api import TimeoutError as NotYetError

    for _try in range(ARRIVAL_TRIES):
        try:
            expected.first.wait_for(timeout=500)
        except NotYetError:
            page.reload()
        else:
            return
    pytest.fail(f"never arrived at {page.url}: {expected}")


def pattern_of(address: str) -> str:
    """A path with its variable parts replaced: one for each kind of page."""
    path = re.sub(r"^https?://[^/]+", "", address).partition("#")[0].partition("?")[0]
    path = UUID.sub("*", path)
    path = re.sub(r"/\d{4}-(Q|H|M|N)?\w*/", "/*/", path)
    path = re.sub(r"^/(agencies|localities)/(?!add/)[^/]+/", r"/\1/*/", path)
    return re.sub(r"/\d+(?=[/.])", "/*", path)


def shot(page: Page, name: str) -> None:
    """Keep a screenshot where somebody asked for them (GIAOBAN_SHOTS=folder)."""
    if SHOTS is not None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)
