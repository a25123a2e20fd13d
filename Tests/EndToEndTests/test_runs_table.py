"""The table of many runs: filtered, searched, sorted, walked along, and opened, in a real browser."""

import re

import pytest
from panel import Panel
from playwright.sync_api import expect
from runs_page import RunsPage

NAMES = ["delta", "alpha", "run-10", "run-9", "beta"]


@pytest.fixture
def table(folder, page):
    """Five runs, newest start first, of which one is done and one has failed."""
    folder.sweep(NAMES)
    folder.write("alpha", status="done", epoch=4.0, timestamp=1_699_999_999, loss=0.125)
    folder.write("beta", status="error", timestamp=1_699_999_996, loss=2.5, message="out of memory")
    table = RunsPage.open(page, folder.serve())
    table.expect_names(*NAMES)
    return table


def test_each_run_is_a_row(table):
    for part, text in {
        "state": "Done",
        "percent": "100%",
        "epoch": "4 of 4",
        "loss": "0.125",
        "best": "0.125",
        "left": "—",
        "sub": "message of alpha",
    }.items():
        expect(table.cell("alpha", part)).to_have_text(text)
    expect(table.cell("beta", "sub")).to_have_text("out of memory")
    expect(table.cell("delta", "state")).to_have_text("Stale")
    expect(table.part("count")).to_have_text("Runs: 5")
    expect(table.page).to_have_title("3 stale · 1 error – Pulse")


def test_states_are_filtered(table):
    table.state("done").click()
    table.expect_names("alpha")
    table.state("error").click()
    table.expect_names("alpha", "beta")
    expect(table.part("count")).to_have_text("Runs: 2 of 5")
    expect(table.state("stale")).to_have_text("Stale3")
    assert table.page.url.endswith("?state=error,done")
    table.state("done").click()
    table.state("error").click()
    table.expect_names(*NAMES)
    assert "?" not in table.page.url


def test_names_and_messages_are_searched(table):
    search = table.part("search")
    search.fill("RUN-")
    table.expect_names("run-10", "run-9")
    search.fill("memory beta")
    table.expect_names("beta")
    search.fill("nothing of it")
    expect(table.part("none")).to_have_text("No run matches")
    table.part("all").click()
    table.expect_names(*NAMES)
    expect(search).to_be_focused()


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        # Numbers in names count by their value.
        ("name", ["alpha", "beta", "delta", "run-9", "run-10"], None),
        ("loss", ["alpha", "delta", "run-10", "run-9", "beta"], None),
        # What is equal stays newest first, either way.
        (
            "state",
            ["delta", "run-10", "run-9", "beta", "alpha"],
            ["alpha", "beta", "delta", "run-10", "run-9"],
        ),
        (
            "progress",
            ["alpha", "delta", "run-10", "run-9", "beta"],
            ["delta", "run-10", "run-9", "beta", "alpha"],
        ),
    ],
)
def test_columns_are_sorted(table, column, first, second):
    head = table.head(column)
    button = head.locator("button")
    button.click()
    table.expect_names(*first)
    before = head.get_attribute("aria-sort")
    button.click()
    table.expect_names(*(second or reversed(first)))
    assert {before, head.get_attribute("aria-sort")} == {"ascending", "descending"}
    assert re.search(rf"\?sort=-?{column}$", table.page.url)
    button.click()
    table.expect_names(*NAMES)
    expect(head).not_to_have_attribute("aria-sort", re.compile(".*"))


def test_what_is_not_known_comes_last_either_way(folder, table):
    folder.write("unmeasured", epoch=0.0, loss=0.0, timestamp=1_600_000_000)
    expect(table.cell("unmeasured", "loss")).to_have_text("—")
    for _ in range(2):
        table.head("best").locator("button").click()
        expect(table.rows.last.locator("[part=name]")).to_have_text("unmeasured")


def test_the_address_says_what_is_shown(table, contexts):
    table.part("search").fill("l")
    table.state("stale").click()
    table.state("done").click()
    table.head("name").locator("button").click()
    table.box("delta").check()
    table.part("log").click()
    address = table.page.url
    shown = ["alpha", "delta"]
    table.expect_names(*shown)
    table.page.reload()
    other = RunsPage(contexts().new_page())
    other.page.goto(address)
    for one in (table, other):
        one.expect_names(*shown)
        expect(one.part("search")).to_have_value("l")
        expect(one.state("stale")).to_have_attribute("aria-pressed", "true")
        expect(one.head("name")).to_have_attribute("aria-sort", "ascending")
        expect(one.box("delta")).to_be_checked()
        expect(one.part("log")).to_have_attribute("aria-pressed", "true")
        expect(one.curve("delta")).to_have_count(1)
        assert one.page.url == address
    assert table.colour("delta") == other.colour("delta")


@pytest.mark.parametrize(
    "query",
    [
        "?state=asleep&sort=-message&x=miles&log=7&run=..%2f..&compare=a%2fb,<b>,,9:",
        "?sort=__proto__&state=constructor&run=" + "a" * 300,
        "?search=&x=&log=&state=,&compare=,",
    ],
)
def test_an_address_that_makes_no_sense_shows_all(folder, page, query):
    folder.sweep(["one"])
    table = RunsPage.open(page, folder.serve(), query)
    table.expect_names("one")


def test_a_run_opens_as_a_panel_and_the_list_comes_back(table):
    page = table.page
    table.part("search").fill("l")
    link = table.cell("alpha", "name")
    link.click()
    panel = Panel(page)
    panel.expect(label="alpha", state="Done", percent="100%", loss="0.125")
    expect(table.root).to_be_hidden()
    assert re.search(r"\?search=l&run=alpha@1699999999$", page.url)
    expect(page).to_have_title(re.compile("^100% · Done.* – Pulse$"))
    expect(page.locator("training-runs [part=back]")).to_be_focused()
    page.reload()
    panel.expect(label="alpha", state="Done")
    page.go_back()
    expect(panel.root).to_have_count(0)
    table.expect_names("delta", "alpha")
    page.go_forward()
    panel.expect(label="alpha")
    page.locator("training-runs [part=back]").click()
    expect(link).to_be_focused()
    expect(table.part("search")).to_have_value("l")


def test_a_name_alone_opens_the_current_run(folder, page):
    folder.sweep(["one"])
    RunsPage.open(page, folder.serve(), "?run=one")
    Panel(page).expect(label="one", percent="25.0%")


def test_a_run_that_is_not_there_is_said(folder, page):
    folder.sweep(["one"])
    table = RunsPage.open(page, folder.serve(), "?run=two@1")
    expect(page.get_by_role("alert")).to_contain_text("There is no run two@1")
    page.get_by_role("link", name="All runs").click()
    table.expect_names("one")


def test_a_link_can_be_opened_in_a_tab_of_its_own(table):
    with table.page.context.expect_page() as opened:
        table.cell("alpha", "name").click(modifiers=["Control"])
    Panel(opened.value).expect(label="alpha", state="Done")
    table.expect_names(*NAMES)


def test_rows_are_walked_along_with_the_keyboard(table):
    keyboard = table.page.keyboard
    table.part("search").focus()
    for _ in range(6 + 8 + 1):  # the states, the columns, the first box
        keyboard.press("Tab")
    expect(table.box("delta")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(table.box("alpha")).to_be_focused()
    keyboard.press("Space")
    expect(table.box("alpha")).to_be_checked()
    keyboard.press("Tab")
    expect(table.cell("alpha", "name")).to_be_focused()
    keyboard.press("End")
    expect(table.cell("beta", "name")).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    Panel(table.page).expect(label="run-9")


def test_a_new_run_moves_rows_but_neither_choice_nor_focus(folder, table):
    table.box("alpha").check()
    table.cell("run-9", "name").focus()
    folder.write("newest", timestamp=1_800_000_000)
    table.expect_names("newest", *NAMES)
    expect(table.box("alpha")).to_be_checked()
    expect(table.page.locator("training-runs input:checked")).to_have_count(1)
    expect(table.cell("run-9", "name")).to_be_focused()


def test_focus_stays_on_a_run_whose_row_moves(folder, table):
    table.head("loss").locator("button").click()
    table.expect_names("alpha", "delta", "run-10", "run-9", "beta")
    table.box("run-10").focus()
    folder.write("run-10", epoch=2.0, loss=9.0, timestamp=1_700_000_010)
    table.expect_names("alpha", "delta", "run-9", "beta", "run-10")
    expect(table.box("run-10")).to_be_focused()
    # Also to the other end, and for the row that others move around.
    folder.write("run-10", epoch=3.0, loss=0.001, timestamp=1_700_000_020)
    table.expect_names("run-10", "alpha", "delta", "run-9", "beta")
    expect(table.box("run-10")).to_be_focused()


def test_a_row_that_goes_leaves_the_focus_to_its_successor(folder, table):
    table.state("stale").click()
    table.expect_names("delta", "run-10", "run-9")
    table.cell("run-10", "name").focus()
    folder.write("run-10", status="done", epoch=4.0, timestamp=1_700_000_030)
    table.expect_names("delta", "run-9")
    expect(table.cell("run-9", "name")).to_be_focused()


def test_a_run_whose_file_vanishes_is_marked(folder, table):
    folder.remove("delta")
    expect(table.cell("delta", "fault")).to_have_text("Status file missing")
    expect(table.cell("delta", "fault")).to_have_attribute("title", re.compile("delta.json"))
    folder.write("delta", epoch=2.0, timestamp=1_700_000_040)
    expect(table.cell("delta", "fault")).to_be_hidden()


def test_an_empty_directory_explains_itself(folder, page):
    table = RunsPage.open(page, folder.serve())
    expect(table.part("none")).to_have_text("Waiting for the first run")
    expect(table.part("command")).to_contain_text("pulse run --runs-dir ")
    expect(table.part("tools")).to_be_hidden()
    folder.write("first")
    table.expect_names("first")
    expect(table.part("empty")).to_be_hidden()
    expect(table.cell("first", "state")).to_have_text("Running")


def test_one_run_of_a_directory_is_a_table_too(folder, page):
    folder.write("only")
    RunsPage.open(page, folder.serve()).expect_names("only")


HOSTILE = '<img src=x onerror="document.title=1">"\'&lt;\u202e</td>${1}'


def test_texts_are_texts(folder, page):
    folder.write("hostile", message=HOSTILE, status="error")
    table = RunsPage.open(page, folder.serve(), "?search=%3Cimg+src%3Dx%3E&compare=%3Cimg%3E")
    expect(table.part("search")).to_have_value("<img src=x>")
    table.part("all").click()
    expect(table.cell("hostile", "sub")).to_have_text(HOSTILE)
    table.cell("hostile", "name").click()
    Panel(page).expect(message=HOSTILE)
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    assert page.title() != "1"
