"""The panel as the tests see it: its parts by their names."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from processes import PulseServer


class Panel:
    """A `<training-panel>` in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("training-panel article")

    @classmethod
    def open(cls, page: Page, server: PulseServer) -> Panel:
        """Show the panel's own page, and wait until it has heard of a status."""
        page.goto(server.url)
        panel = cls(page)
        expect(panel.root).not_to_have_attribute("data-verdict", "connecting")
        return panel

    def part(self, name: str) -> Locator:
        return self.root.locator(f"[part={name}]")

    def expect(self, **texts: str) -> None:
        """Expect texts of parts: `expect(state="Running", last_update="now")`."""
        for name, text in texts.items():
            expect(self.part(name.replace("_", "-"))).to_have_text(text)

    def expect_verdict(self, verdict: str) -> None:
        expect(self.root).to_have_attribute("data-verdict", verdict)

    def expect_frozen(self) -> None:
        """The numbers are visibly marked as no longer current."""
        expect(self.root).to_have_attribute("data-frozen", "")
        expect(self.part("aside")).to_be_visible()
        stripes = self.part("fill").evaluate("fill => getComputedStyle(fill).backgroundImage")
        assert "repeating-linear-gradient" in stripes

    def expect_current(self) -> None:
        expect(self.root).not_to_have_attribute("data-frozen", "")
        expect(self.part("aside")).to_be_hidden()
