"""What the panel's own page adds: title, favicon, notifications."""

import ast
import re
import shlex
import urllib.parse

import pytest
from axe_playwright_python.sync_playwright import Axe
from panel import Panel
from playwright.sync_api import expect


def favicon(page):
    return urllib.parse.unquote(page.locator("link[rel=icon]").get_attribute("href"))


def test_the_favicon_carries_progress_and_state(server, status_file, page):
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    panel.expect(percent="50.0%")
    assert 'stroke-dasharray="50 100"' in favicon(page)
    running = favicon(page)
    status_file.error(epoch=1.5)
    panel.expect(state="Error")
    assert "✕" in favicon(page)
    assert running != favicon(page)
    # It is a picture that the browser can draw.
    assert page.evaluate(
        """async () => {
          const image = new Image();
          image.src = document.querySelector('link[rel=icon]').href;
          await image.decode();
          return image.naturalWidth > 0;
        }"""
    )


NOTIFICATIONS = """() => {
  window.sent = [];
  const Real = Notification;
  window.Notification = class extends Real {
    constructor(title, options) { super(title, options); sent.push([title, options.body]); }
  };
}"""


@pytest.fixture
def notified(server, status_file, contexts):
    """A panel whose reader has asked for notifications."""
    context = contexts(permissions=["notifications"])
    page = context.new_page()
    page.add_init_script(f"({NOTIFICATIONS})()")
    status_file.running(epoch=1)
    panel = Panel.open(page, server)
    button = page.get_by_role("button", name="Notify me")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    return panel


def test_who_asked_is_notified_of_the_end(notified, status_file):
    status_file.done(message="accuracy 93 %")
    notified.expect(state="Done")
    assert notified.page.evaluate("sent") == [
        [f"100% · Done · {status_file.name}", "accuracy 93 %"]
    ]
    # The wish is kept, but the end isn't news to a page that is opened later.
    notified.page.reload()
    notified.expect(state="Done")
    assert notified.page.evaluate("sent") == []
    button = notified.page.get_by_role("button", name="Notify me")
    expect(button).to_have_attribute("aria-pressed", "true")


def test_a_turn_for_the_worse_is_notified_once(notified, status_file):
    for epoch in (1.1, 1.2):
        status_file.document(loss=float("nan"), epoch=epoch)
        notified.expect(state="Status file invalid")
    status_file.error(epoch=1.5, message="diverged")
    notified.expect(state="Error")
    (first, reason), second = notified.page.evaluate("sent")
    assert first == f"33.3% · Status file invalid · {status_file.name}"
    assert "loss is NaN" in reason
    assert second == [f"50.0% · Error · {status_file.name}", "diverged"]


def test_a_page_without_data_says_what_to_do(server, status_file, contexts):
    page = contexts(permissions=["clipboard-read", "clipboard-write"]).new_page()
    Panel.open(page, server)
    start = page.locator(".start")
    expect(start.locator("p")).to_contain_text(str(status_file.path))
    expect(start.locator("pre")).to_have_count(4)
    start.get_by_role("button", name="Copy").first.click()
    expect(start.get_by_role("button", name="Copied")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"pulse run --status-file {status_file.path} -- python train.py"
    assert Axe().run(page).violations_count == 0
    status_file.running(epoch=1)
    expect(start).to_have_count(0)


def test_what_is_to_be_copied_runs_whatever_the_path_is(serve, tmp_path, page):
    """Its lines are for a shell and for Python, which quote differently."""
    folder = tmp_path / "it's \"here\""
    folder.mkdir()
    server = serve("--status-file", str(folder / "status.json"))
    Panel.open(page, server)
    command, loop, _, _ = page.locator(".start pre").all_inner_texts()
    assert shlex.split(command)[3] == str(folder / "status.json")
    path = ast.parse(loop).body[1].items[0].context_expr.args[0]
    assert ast.literal_eval(path) == str(folder / "status.json")


def test_two_pages_can_be_told_apart(server, status_file, page):
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    panel.expect(label=status_file.name)
    expect(page).to_have_title(f"50.0% · Running · {status_file.name} – Pulse")


def test_nobody_is_notified_unasked(server, status_file, contexts):
    page = contexts(permissions=["notifications"]).new_page()
    page.add_init_script(f"({NOTIFICATIONS})()")
    status_file.running(epoch=1)
    panel = Panel.open(page, server)
    status_file.done()
    panel.expect(state="Done")
    assert page.evaluate("sent") == []


def test_a_background_tab_tells_in_its_title(server, status_file, page):
    status_file.running(epoch=1.5)
    Panel.open(page, server)
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', { get: () => true });
          document.dispatchEvent(new Event('visibilitychange'));
          // A hidden page gets no frames.
          window.requestAnimationFrame = () => 0;
        }"""
    )
    status_file.running(epoch=2.25)
    expect(page).to_have_title(re.compile("^75.0%"))


def test_without_javascript_the_page_says_so_at_once(server, status_file, contexts):
    """At its top, not below an empty panel; the status is one step away."""
    page = contexts(java_script_enabled=False).new_page()
    status_file.running(epoch=1)
    page.goto(server.url)
    for text in page.locator("noscript p").all():
        expect(text).to_be_in_viewport()
        assert text.locator("a").get_attribute("href") == "status"
    assert page.locator("noscript p").count() == 2
