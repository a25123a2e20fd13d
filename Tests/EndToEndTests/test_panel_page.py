"""What the panel's own page adds: title, favicon, notifications."""

import re
import urllib.parse

import pytest
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
    assert notified.page.evaluate("sent") == [["100% · Done", "accuracy 93 %"]]
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
    assert first == "33.3% · Status file invalid"
    assert "loss is NaN" in reason
    assert second == ["50.0% · Error", "diverged"]


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
