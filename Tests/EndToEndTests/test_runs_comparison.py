"""Runs laid over each other: up to ten curves in one chart, each known by its own colour and shape."""

import re

import pytest
from playwright.sync_api import expect
from processes import wait_until
from runs_page import RunsPage

NAMES = [f"run-{number}" for number in range(12)]
START = 1_700_000_000


@pytest.fixture
def table(folder, page):
    """Twelve runs of four points each; run-0 is the newest, and each is longer than that before it."""
    folder.sweep(NAMES, START)
    server = folder.serve()
    for step in range(2, 5):
        for index, name in enumerate(NAMES):
            at = START - index + step * (index + 1) * 60
            folder.write(
                name, epoch=float(step), total_epochs=8.0, loss=index / 10 + 1 / step, timestamp=at
            )
        wait_until(
            lambda at=step: all(run["epoch"] == at for run in server.get("/runs").json()["runs"]),
            "the step is seen",
        )
    table = RunsPage.open(page, server)
    expect(table.rows).to_have_count(12)
    return table


def points(table, name):
    return table.curve(name).get_attribute("d").count(" ")


def test_ten_runs_are_compared_and_no_more(table):
    for name in NAMES[:10]:
        table.box(name).check()
        expect(table.curve(name)).to_have_count(1)
    expect(table.part("legend").locator("li")).to_have_count(10)
    expect(table.box("run-10")).to_be_disabled()
    expect(table.box("run-9")).to_be_enabled()
    assert len({table.colour(name) for name in NAMES[:10]}) == 10
    shapes = "li => [...li.querySelectorAll('path')].map(p => [p.getAttribute('d'), getComputedStyle(p).strokeDasharray]).join()"
    assert len({table.entry(name).evaluate(shapes) for name in NAMES[:10]}) == 10
    assert points(table, "run-3") == 4
    table.box("run-9").uncheck()
    expect(table.box("run-10")).to_be_enabled()
    table.part("clear").click()
    expect(table.part("comparison")).to_be_hidden()
    assert "?" not in table.page.url


def test_a_colour_is_its_runs_whoever_comes_or_goes(folder, table, contexts):
    for name in NAMES[:10]:
        table.box(name).check()
    expect(table.part("plot").locator("path.curve")).to_have_count(10)
    before = {name: table.colour(name) for name in NAMES[1:10]}
    for name in ("run-0", "run-4"):
        table.entry(name).locator("button").click()
        before.pop(name, None)
    folder.write("newest", timestamp=START + 10_000)
    expect(table.row("newest")).to_be_visible()
    table.head("loss").locator("button").click()
    table.box("newest").check()
    expect(table.curve("newest")).to_have_count(1)
    assert {name: table.colour(name) for name in before} == before
    # The same in a browser that has never seen the page, and after a reload.
    other = RunsPage(contexts().new_page())
    other.page.goto(table.page.url)
    table.page.reload()
    for one in (table, other):
        expect(one.part("plot").locator("path.curve")).to_have_count(9)
        assert {name: one.colour(name) for name in before} == before


def test_a_run_alone_has_the_colour_of_its_id(table, contexts):
    """Whatever was chosen before it."""
    table.box("run-5").check()
    expect(table.curve("run-5")).to_have_count(1)
    alone = table.colour("run-5")
    table.part("clear").click()
    table.box("run-7").check()
    table.box("run-7").uncheck()
    table.box("run-5").check()
    expect(table.curve("run-5")).to_have_count(1)
    assert table.colour("run-5") == alone


def test_a_curve_goes_on_while_it_is_seen(folder, table):
    table.box("run-2").check()
    expect(table.curve("run-2")).to_have_count(1)
    asked = []
    table.page.on("request", lambda request: asked.append(request.url))
    for step in (5.0, 6.0):
        folder.write(
            "run-2", epoch=step, total_epochs=8.0, loss=1 / step, timestamp=START + 1000 * int(step)
        )
        expect(table.cell("run-2", "epoch")).to_have_text(f"{step:g} of 8")
    wait_until(lambda: points(table, "run-2") == 6, "the curve has gone on")
    assert not [url for url in asked if "history" in url]
    # A resume cuts it: the server knows where.
    folder.write("run-2", epoch=2.5, total_epochs=8.0, loss=0.4, timestamp=START + 9000)
    expect(table.cell("run-2", "epoch")).to_have_text("2.5 of 8")
    folder.write("run-2", epoch=3.5, total_epochs=8.0, loss=0.3, timestamp=START + 9001)
    expect(table.cell("run-2", "sub")).to_contain_text("attempt 2")
    wait_until(
        lambda: any("run-2@" in url and "history" in url for url in asked), "it is asked for"
    )


def test_the_axis_and_the_scale_can_be_chosen(table):
    table.box("run-0").check()
    table.box("run-1").check()
    expect(table.part("plot").locator("path.curve")).to_have_count(2)
    ticks = table.part("plot").locator(".grid text")
    by_epoch = table.curve("run-0").get_attribute("d")
    table.part("axis").select_option("time")
    expect(ticks.last).to_have_text(re.compile("min"))
    assert table.page.url.endswith("&x=time")
    assert table.curve("run-0").get_attribute("d") != by_epoch
    # Runs that nobody has told steps of can't be laid over steps.
    expect(table.part("axis").locator("option[value=steps]")).to_be_hidden()
    linear = table.curve("run-0").get_attribute("d")
    table.part("log").click()
    wait_until(lambda: table.curve("run-0").get_attribute("d") != linear, "the scale has changed")


def test_curves_are_read_with_the_keyboard(table):
    table.box("run-0").check()
    table.box("run-3").check()
    expect(table.curve("run-3")).to_have_count(1)
    plot = table.part("plot")
    plot.focus()
    plot.press("Home")
    expect(table.part("readout")).to_have_text("Epoch 1")
    expect(plot).to_have_attribute("aria-valuetext", "Epoch 1, run-0 0.5, run-3 0.53")
    plot.press("End")
    expect(plot).to_have_attribute("aria-valuetext", "Epoch 4, run-0 0.25, run-3 0.55")
    plot.press("Escape")
    expect(table.part("readout")).to_be_hidden()


def test_curves_are_read_with_the_pointer(table):
    table.box("run-0").check()
    expect(table.curve("run-0")).to_have_count(1)
    table.part("plot").hover()
    expect(table.part("readout")).to_have_text(re.compile(r"^Epoch 2\.\d+$"))
    expect(table.part("ruler")).not_to_have_attribute("hidden", "")
    table.part("search").hover()
    expect(table.part("ruler")).to_be_hidden()


def test_a_compared_run_that_vanishes_stays_in_the_legend(folder, page):
    folder.sweep(["one"])
    table = RunsPage.open(page, folder.serve(), "?compare=one,other@5")
    expect(table.part("legend").locator("li")).to_have_count(2)
    expect(table.part("legend").locator("li").last).to_contain_text("other@5")
    expect(table.part("legend").locator("li").last).to_contain_text("no longer listed")
    table.part("legend").locator("li").last.get_by_role("button").click()
    expect(table.part("legend").locator("li")).to_have_count(1)
    # Chosen by its name, it is the same run.
    table.box("one").uncheck()
    expect(table.part("comparison")).to_be_hidden()
