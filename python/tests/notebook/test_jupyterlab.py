"""`pulse_wrapper.show()` in a cell of JupyterLab: what is shown where, and that it moves."""

from __future__ import annotations

import os
import pathlib
from typing import Callable

import pytest
from jupyter_lab import Lab
from playwright.sync_api import FrameLocator, Locator, Page, expect

import pulse_wrapper

#: Without the way to other servers.
ALONE = "--ServerApp.jpserver_extensions={'jupyter_server_proxy': False}"


@pytest.fixture
def status_file(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "status.json"
    pulse_wrapper.write_running_status(path, 1.0, 3.0, 0.5, "first")
    return path


def moves(panel: Locator | FrameLocator, path: pathlib.Path) -> None:
    """The panel shows the state, and then the next one by itself."""
    message = panel.locator("[part=message]")
    expect(message).to_have_text("first")
    pulse_wrapper.write_running_status(path, 2.0, 3.0, 0.4, "second")
    expect(message).to_have_text("second")


def link(page: Page) -> Locator:
    return page.locator(".jp-OutputArea-output div[id^=pulse-] a")


def test_behind_jupyter_server_proxy_it_is_a_frame(
    lab: Callable[..., Lab], serve: Callable[..., str], page: Page, status_file: pathlib.Path
) -> None:
    url = serve()
    notebook = lab()
    notebook.run(page, f"import pulse_wrapper\npulse_wrapper.show('{url}', height=700)")
    frame = page.locator("iframe[title=Pulse]")
    # The notebook's own origin, below its own path: no setting of Pulse is needed.
    port = url.split(":")[2]
    home = f"{notebook.origin}{notebook.base}proxy/{port}"
    expect(frame).to_have_attribute("src", home)
    expect(link(page)).to_have_attribute("href", home)
    moves(page.frame_locator("iframe[title=Pulse]"), status_file)
    picture = os.environ.get("PULSE_PICTURE")
    if picture:
        frame.scroll_into_view_if_needed()
        page.screenshot(path=picture)


def test_a_token_is_asked_for_in_the_frame(
    lab: Callable[..., Lab],
    serve: Callable[..., str],
    page: Page,
    status_file: pathlib.Path,
    tmp_path: pathlib.Path,
) -> None:
    (tmp_path / "token").write_text("0123456789abcdef\n")
    url = serve("--token-file", str(tmp_path / "token"))
    lab().run(page, f"import pulse_wrapper\npulse_wrapper.show('{url}')")
    panel = page.frame_locator("iframe[title=Pulse]")
    panel.get_by_label("Token").fill("0123456789abcdef")
    panel.get_by_role("button", name="Sign in").click()
    moves(panel, status_file)


def test_where_the_page_refuses_frames_it_is_the_element(
    lab: Callable[..., Lab], serve: Callable[..., str], page: Page, status_file: pathlib.Path
) -> None:
    url = serve()
    policy = "{'headers': {'Content-Security-Policy': \"frame-src 'none'\"}}"
    lab(f"--ServerApp.tornado_settings={policy}").run(
        page, f"import pulse_wrapper\npulse_wrapper.show('{url}')"
    )
    panel = page.locator(".jp-OutputArea-output training-panel")
    moves(panel, status_file)
    expect(page.locator("iframe[title=Pulse]")).to_have_count(0)


def test_without_the_proxy_the_server_may_let_the_page_frame_it(
    lab: Callable[..., Lab], serve: Callable[..., str], page: Page, status_file: pathlib.Path
) -> None:
    notebook = lab(ALONE)
    url = serve("--frame-ancestor", notebook.origin)
    notebook.run(page, f"import pulse_wrapper\npulse_wrapper.show('{url}')")
    expect(page.locator("iframe[title=Pulse]")).to_have_attribute("src", url)
    moves(page.frame_locator("iframe[title=Pulse]"), status_file)


def test_else_it_is_a_link_with_what_to_type(
    lab: Callable[..., Lab], serve: Callable[..., str], page: Page, status_file: pathlib.Path
) -> None:
    url = serve()
    notebook = lab(ALONE)
    notebook.run(page, f"import pulse_wrapper\npulse_wrapper.show('{url}')")
    output = page.locator(".jp-OutputArea-output div[id^=pulse-]")
    expect(output).to_contain_text(f"pulse serve --frame-ancestor {notebook.origin}")
    expect(link(page)).to_have_attribute("href", url)
    expect(page.locator("iframe[title=Pulse]")).to_have_count(0)


def test_where_nobody_serves_the_cell_says_so(lab: Callable[..., Lab], page: Page) -> None:
    lab().run(page, "import pulse_wrapper\npulse_wrapper.show('http://127.0.0.1:1/')")
    expect(page.locator(".jp-OutputArea-output")).to_contain_text("No server answers")
