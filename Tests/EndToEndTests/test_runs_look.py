"""How the list of runs looks and reads: sizes, schemes, languages, paper, and what axe-core says of it."""

import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from panel import Panel
from playwright.sync_api import expect
from processes import ROOT
from runs_page import RunsPage

SIZES = {"phone": (320, 640), "tablet": (768, 1024), "desktop": (1280, 720), "wall": (3840, 2160)}
LONG = "a-name-that-is-as-long-as-names-can-be-" + "x" * 80
TABLE = [ROOT / "public" / "training-runs.js", *(ROOT / "public" / "table").glob("*.js")]


@pytest.fixture
def many(folder):
    """A run in each state, and one with all that is long."""
    folder.sweep(["one", "two", LONG])
    folder.write("done", status="done", epoch=4.0)
    message = "CUDA out of memory: " + "much " * 40
    folder.write("failed", status="error", loss=-1.23456e-300, message=message)
    folder.write("waiting", status="idle", epoch=0.0)
    folder.write("live", total_epochs=0.0, epoch=123456.75, loss=1.23456e-7)
    return folder


def check(page):
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(many, contexts, scheme, locale):
    server = many.serve()
    page = contexts(color_scheme=scheme, locale=locale).new_page()
    table = RunsPage.open(page, server)
    expect(table.rows).to_have_count(7)
    for name in ("one", "two", "done", "failed", "live"):
        table.box(name).check()
    expect(table.part("plot").locator("g[data-run]")).to_have_count(5)
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        check(page)
    table.part("search").fill("no such run")
    expect(table.part("none")).to_be_visible()
    check(page)
    table.part("all").click()
    server.stop()
    expect(table.part("notice")).to_be_visible()
    check(page)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_nothing_sticks_out_at_any_size(many, contexts, size, locale):
    width, height = SIZES[size]
    page = contexts(viewport={"width": width, "height": height}, locale=locale).new_page()
    table = RunsPage.open(page, many.serve())
    expect(table.cell("live", "loss")).to_be_visible()
    table.box("one").check()
    table.box("live").check()
    expect(table.part("plot").locator("g[data-run]")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # No number is cut: what is left of it would be another one.
    for name, part in itertools.product(("live", "failed"), ("epoch", "loss", "best")):
        span = table.cell(name, part)
        assert span.evaluate(
            "e => [e.scrollWidth - e.clientWidth <= 1, e.scrollHeight - e.clientHeight <= 1]"
        ) == [True, True], (name, part)
    # All that a row tells is there at any width, and stays inside its row.
    row = table.row("live").bounding_box()
    for part in ("name", "state", "percent", "epoch", "loss", "best", "left", "updated"):
        box = table.cell("live", part).bounding_box()
        assert box["width"] > 0
        assert box["y"] >= row["y"]
        assert box["y"] + box["height"] <= row["y"] + row["height"] + 1, part
    assert table.rows.first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= (
        28 if size == "wall" else 16
    )
    table.cell("live", "name").click()
    Panel(page).expect(label="live")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_twice_as_large_still_fits(many, contexts):
    page = contexts(viewport={"width": 640, "height": 800}).new_page()
    table = RunsPage.open(page, many.serve())
    before = table.cell("one", "name").bounding_box()["height"]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert table.cell("one", "name").bounding_box()["height"] > 1.9 * before
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    # Rows are as high as their text needs, and none lies on another.
    tops = [row.bounding_box() for row in table.rows.all()]
    for above, below in itertools.pairwise(tops):
        assert above["y"] + above["height"] <= below["y"] + 1


def test_narrow_lists_are_sorted_by_a_menu(many, contexts):
    page = contexts(viewport={"width": 320, "height": 640}).new_page()
    table = RunsPage.open(page, many.serve())
    expect(table.head("name")).to_be_hidden()
    table.part("sort").select_option("name")
    expect(table.rows.locator("[part=name]").nth(1)).to_have_text("done")
    expect(table.part("direction")).to_have_accessible_name("Ascending")
    table.part("direction").click()
    expect(table.rows.locator("[part=name]").first).to_have_text("waiting")
    expect(table.part("direction")).to_have_accessible_name("Descending")


def test_each_state_has_its_own_icon_and_word(many, contexts):
    table = RunsPage.open(contexts().new_page(), many.serve())
    seen = {
        (table.cell(name, "icon").get_attribute("d"), table.cell(name, "state").inner_text())
        for name in ("one", "done", "failed", "live")
    }
    waiting = table.page.locator("training-runs [part=row][data-run=waiting] [part=state]")
    expect(waiting).to_have_text("Waiting")
    assert len({icon for icon, _ in seen}) == len({word for _, word in seen}) == 4


def test_russian_speakers_read_russian(many, contexts):
    table = RunsPage.open(contexts(locale="ru-RU").new_page(), many.serve())
    expect(table.part("title")).to_have_text("Запуски обучения")
    expect(table.part("count")).to_have_text("Запусков: 7")
    expect(table.cell("done", "epoch")).to_have_text("4 из 4")
    expect(table.cell("done", "percent")).to_have_text("100\u00a0%")
    expect(table.cell("one", "loss")).to_have_text("0,5")
    expect(table.head("updated")).to_have_text("Обновлено")
    assert table.page.evaluate("document.documentElement.lang") == "ru"
    table.cell("done", "name").click()
    Panel(table.page).expect(state="Завершено", label="done")


def test_both_languages_say_everything(folder, page):
    page.goto(folder.serve().url)
    english, russian = page.evaluate(
        """async () => {
          const { wordsFor } = await import('/table/words.js');
          return ['en', 'ru'].map((language) => wordsFor(language, []).words);
        }"""
    )
    assert list(english) == list(russian)
    for name, text in english.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", russian[name])
        assert re.search("[а-яё]", russian[name]) or russian[name].startswith("pulse "), name


def test_a_screen_reader_is_told_what_a_search_has_found(many, contexts):
    table = RunsPage.open(contexts().new_page(), many.serve())
    expect(table.rows).to_have_count(7)
    expect(table.part("announcement")).to_have_text("")
    expect(table.part("table")).to_have_attribute("aria-rowcount", "8")
    expect(table.rows.first).to_have_attribute("aria-rowindex", "2")
    table.part("search").fill("live")
    expect(table.part("announcement")).to_have_text("Runs: 1 of 7")
    many.write("live", epoch=200_000.0, total_epochs=0.0)
    expect(table.cell("live", "epoch")).to_have_text("200,000")
    expect(table.part("announcement")).to_have_text("Runs: 1 of 7")


def test_forced_colours_keep_shapes(many, contexts):
    table = RunsPage.open(contexts(forced_colors="active").new_page(), many.serve())
    table.state("done").click()
    table.box("done").check()
    colours = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    assert table.state("done").evaluate(colours) != table.state("error").evaluate(colours)
    fill, bar = (
        table.cell("done", part).evaluate("e => getComputedStyle(e).backgroundColor")
        for part in ("fill", "bar")
    )
    assert fill != bar


def test_paper_shows_every_row(folder, page):
    folder.sweep([f"run-{number}" for number in range(80)])
    table = RunsPage.open(page, folder.serve())
    expect(table.part("count")).to_have_text("Runs: 80")
    assert table.rows.count() < 80
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(table.rows).to_have_count(80)
    expect(table.part("tools")).to_be_hidden()
    boxes = page.evaluate(
        """() => [...document.querySelector('training-runs').shadowRoot
          .querySelectorAll('[part=row]')].map((row) => row.getBoundingClientRect().top)"""
    )
    assert boxes == sorted(set(boxes))
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    wait = "() => document.querySelector('training-runs').shadowRoot.querySelectorAll('[part=row]').length < 80"
    page.wait_for_function(wait)


def test_nothing_moves_by_itself():
    for file in TABLE:
        assert not re.search(r"\b(animation|transition)\b", file.read_text())


def test_the_element_stays_small():
    assert sum(file.stat().st_size for file in TABLE) <= 80_000
    for file in TABLE:
        assert file.read_text().count("\n") <= 300


def test_every_module_is_preloaded(many, page):
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    server = many.serve()
    table = RunsPage.open(page, server)
    expect(table.rows).to_have_count(7)
    modules = {url.removeprefix(server.url) for url in loaded if url.endswith(".js")} - {"/runs.js"}
    links = re.findall(r'"modulepreload" href="(.+?)"', (ROOT / "public/runs.html").read_text())
    assert modules == {f"/{link}" for link in links}
