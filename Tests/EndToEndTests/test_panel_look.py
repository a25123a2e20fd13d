"""How the panel looks and reads: sizes, schemes, languages, and what axe-core says of it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from panel import Panel
from playwright.sync_api import expect
from processes import ROOT

SIZES = {"phone": (320, 640), "desktop": (1280, 720), "wall": (3840, 2160)}


def to_idle(status_file):
    status_file.idle()


def to_running(status_file):
    status_file.running(epoch=1.5, message="step 150\n" * 30)


def to_error(status_file):
    status_file.error(epoch=1.5)


def to_done(status_file):
    status_file.done()


def to_broken(status_file):
    status_file.document(loss=float("nan"))


def to_endless(status_file):
    status_file.document(total_epochs=0.0)


STATES = {
    "idle": to_idle,
    "running": to_running,
    "error": to_error,
    "done": to_done,
    "broken": to_broken,
    "endless": to_endless,
}


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(serve, status_file, contexts, scheme, locale):
    """Each state and each size, so that all colours and all words have been looked at."""
    server = serve("--poll-interval", "100ms")
    page = contexts(color_scheme=scheme, locale=locale).new_page()
    status_file.running(epoch=1)
    panel = Panel.open(page, server)
    for name, change in STATES.items():
        change(status_file)
        panel.expect_verdict("running" if name == "endless" else name)
        check(page)
    panel = Panel.open(page, fallen_silent(serve))
    panel.expect_verdict("stale")
    check(page)
    panel = Panel.open(page, server)
    expect(page.locator("training-runs")).to_have_count(1)
    server.stop()
    panel.expect_verdict("unreachable")
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        check(page)


def fallen_silent(serve):
    """A server of its own: another one's states would be stale before they are looked at."""
    return serve("--stale-after", "100ms", "--poll-interval", "100ms")


def check(page):
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_nothing_sticks_out_at_any_size(server, status_file, contexts, size, locale):
    width, height = SIZES[size]
    page = contexts(viewport={"width": width, "height": height}, locale=locale).new_page()
    status_file.running(epoch=0.3)
    panel = Panel.open(page, server)
    for change in STATES.values():
        change(status_file)
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = panel.root.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    # On a wall it is read from afar; on a phone it fills the width.
    size_of_text = panel.root.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size_of_text >= (28 if size == "wall" else 16)
    assert box["width"] > width * (0.5 if size == "wall" else 0.85)


def test_text_twice_as_large_still_fits(server, status_file, contexts):
    """WCAG 2.2 §1.4.4 and §1.4.10: a reader's own font size is respected."""
    page = contexts(viewport={"width": 640, "height": 800}).new_page()
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    before = panel.part("percent").bounding_box()["height"]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert panel.part("percent").bounding_box()["height"] > 1.9 * before
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize(
    ("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 24, 28)")]
)
def test_the_system_decides_on_light_and_dark(server, contexts, scheme, background):
    page = contexts(color_scheme=scheme).new_page()
    panel = Panel.open(page, server)
    assert panel.root.evaluate("e => getComputedStyle(e).backgroundColor") == background


def test_each_verdict_has_its_own_icon_and_word(serve, status_file, page):
    """Never by colour alone."""
    server = serve("--poll-interval", "100ms")
    status_file.running(epoch=1)
    panel = Panel.open(page, server)
    seen = set()
    for verdict in ("idle", "running", "error", "done", "broken", "unreachable", "stale"):
        if verdict in STATES:
            STATES[verdict](status_file)
        elif verdict == "unreachable":
            server.stop()
        else:
            status_file.running(epoch=1)
            panel = Panel.open(page, fallen_silent(serve))
        panel.expect_verdict(verdict)
        seen.add((panel.part("icon").get_attribute("d"), panel.part("state").inner_text()))
    assert len({icon for icon, _ in seen}) == len({word for _, word in seen}) == 7


RUSSIAN = {
    "state": "Выполняется",
    "connection": "На связи",
    "percent": "83,3\u00a0%",
    "epoch": "2,5 из 3",
    "loss": "0,42",
}


def test_russian_speakers_read_russian(server, status_file, contexts):
    page = contexts(locale="ru-RU").new_page()
    status_file.running(epoch=2.5, loss=0.42)
    panel = Panel.open(page, server)
    panel.expect(**RUSSIAN)
    expect(panel.part("last-update")).to_have_text(re.compile(r"^(сейчас|\d+ секунд.? назад)$"))
    expect(page).to_have_title(f"83,3\u00a0% · Выполняется · {status_file.name} – Pulse")
    assert page.evaluate("document.documentElement.lang") == "ru"
    status_file.document(loss=float("nan"))
    panel.expect(state="Файл статуса некорректен", why="Некорректные данные:")
    panel.expect(cause="значение не число или бесконечно")
    expect(panel.part("reason")).to_contain_text("loss is NaN")


def test_the_lang_attribute_decides_and_can_change(server, status_file, page):
    status_file.running(epoch=2.5, loss=0.42)
    panel = Panel.open(page, server)
    panel.expect(state="Running")
    page.evaluate("document.querySelector('training-panel').lang = 'ru'")
    panel.expect(**RUSSIAN)
    page.evaluate("document.querySelector('training-panel').lang = 'en'")
    panel.expect(state="Running", percent="83.3%")


def test_other_languages_read_english_words_and_their_own_numbers(server, status_file, contexts):
    page = contexts(locale="de-DE").new_page()
    status_file.running(epoch=2.5)
    panel = Panel.open(page, server)
    panel.expect(state="Running", percent="83,3\u00a0%", epoch="2,5 of 3")
    expect(panel.part("last-update")).to_have_text(re.compile(r"^(now|\d+ seconds? ago)$"))


def test_both_languages_say_everything(server, page):
    page.goto(server.url)
    words = page.evaluate(
        """async () => {
          const { wordsFor } = await import('/panel/words.js');
          return ['en', 'ru'].map((language) => wordsFor(language, []).words);
        }"""
    )
    english, russian = words
    assert list(english) == list(russian)
    for name, text in english.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", russian[name])
        assert re.search("[а-яё]", russian[name]), name


def test_a_screen_reader_is_told_of_verdicts_only(server, status_file, page):
    status_file.running(epoch=0.1)
    panel = Panel.open(page, server)
    panel.expect(announcement="Running.")
    page.evaluate(
        """() => {
          const root = document.querySelector('training-panel').shadowRoot;
          window.said = [];
          new MutationObserver(() => said.push(root.querySelector('[role=status]').textContent))
            .observe(root.querySelector('[role=status]'), { childList: true });
        }"""
    )
    for step in range(2, 20):
        status_file.running(epoch=step / 10)
        page.wait_for_timeout(30)
    status_file.document(loss=float("nan"))
    panel.expect_verdict("broken")
    status_file.done()
    panel.expect_verdict("done")
    first, *others = page.evaluate("window.said")
    assert first.startswith("Status file invalid. The status file is not valid: loss is NaN")
    assert others == ["Done."]


def test_nothing_moves_by_itself(server, status_file, page):
    """So there is nothing that reduced motion would have to stop."""
    status_file.running(epoch=1.5)
    Panel.open(page, server)
    style = (ROOT / "public" / "panel" / "style.js").read_text()
    assert not re.search(r"\b(animation|transition)\b", style)
    assert page.evaluate("document.getAnimations({ subtree: true }).length") == 0


def test_forced_colours_leave_shapes_that_differ(serve, status_file, contexts):
    page = contexts(forced_colors="active").new_page()
    status_file.running(epoch=1.5)
    server = serve()
    panel = Panel.open(page, server)

    def style(part, name, pseudo=None):
        script = "(e, [name, pseudo]) => getComputedStyle(e, pseudo)[name]"
        return panel.part(part).evaluate(script, [name, pseudo])

    assert style("fill", "backgroundColor") != style("bar", "backgroundColor")
    assert style("log", "backgroundColor") == style("cut", "backgroundColor")
    panel.part("log").click()
    expect(panel.part("log")).to_have_attribute("aria-pressed", "true")
    assert style("log", "backgroundColor") != style("cut", "backgroundColor")
    assert "✓" in style("log", "content", "::before")
    assert style("curve", "stroke") == style("state", "color")
    live = style("connection", "borderTopWidth", "::before")
    server.stop()
    panel.expect(connection="Offline")
    assert style("connection", "borderTopWidth", "::before") != live


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_the_curve_is_whole(server, status_file, contexts, scheme):
    """A sheet is narrower than the window that it is printed from."""
    page = contexts(viewport={"width": 1600, "height": 900}, color_scheme=scheme).new_page()
    status_file.running(epoch=1)
    panel = Panel.open(page, server)
    panel.expect(epoch="1 of 3")
    status_file.running(epoch=2)
    expect(panel.part("curve")).to_have_attribute("d", re.compile("L"))
    # What is laid out for paper is laid out anew without a script: nothing is drawn again.
    page.evaluate("""() => {
      window.requestAnimationFrame = () => 0;
      document.querySelector('main').style.inlineSize = '640px';
    }""")
    page.emulate_media(media="print")
    plot, picture = (panel.part(name).bounding_box() for name in ("plot", "curve"))
    assert plot["width"] < 640
    assert picture["x"] + picture["width"] <= plot["x"] + plot["width"] + 1
    assert picture["y"] + picture["height"] <= plot["y"] + plot["height"] + 1
    for part in ("tools", "retry"):
        expect(panel.part(part)).to_be_hidden()
    expect(page.get_by_role("button", name="Notify me")).to_be_hidden()
    for part in ("bar", "fill"):
        assert panel.part(part).evaluate("e => getComputedStyle(e).printColorAdjust") == "exact"
    assert len(page.pdf(format="A4")) > 1000


def test_the_element_stays_small():
    """All that a page loads for it, comments included, and without a chart library."""
    files = [ROOT / "public" / "training-panel.js", *(ROOT / "public" / "panel").glob("*.js")]
    assert sum(file.stat().st_size for file in files) <= 90_000
    for file in files:
        assert file.read_text().count("\n") <= 200


def test_every_module_is_preloaded(server, status_file, page):
    """One round trip instead of four; a module that is forgotten here would cost a second one."""
    status_file.running(epoch=1)
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.removeprefix(server.url)))
    Panel.open(page, server)
    modules = {path for path in loaded if path.endswith(".js")} - {"/page.js"}
    links = re.findall(r'"modulepreload" href="(.+?)"', (ROOT / "public/index.html").read_text())
    assert modules == {f"/{link}" for link in links}
