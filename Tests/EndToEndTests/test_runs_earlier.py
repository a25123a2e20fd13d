"""Runs that are over, in the browser: below the panel of one source, and in the list of many."""

import re

import pytest
from panel import Panel
from playwright.sync_api import expect
from processes import PulseServer, StatusFile, wait_until
from runs_page import RunsPage

START = 1_700_000_000


def run_to(file, server, status, started, epochs):
    """One run of `file`, each state seen before the next."""
    for epoch in range(epochs + 1):
        write(file, server, started + epoch, float(epoch), status if epoch == epochs else "running")


def write(file, server, at, epoch, status="running"):
    """A state of `file`, which is seen."""
    file.document(status=status, epoch=epoch, total_epochs=4.0, loss=1 / (epoch + 1), timestamp=at)
    path = f"/runs/{file.path.stem}/status"
    wait_until(lambda: server.get(path).json()["timestamp"] == at, "it is seen")


@pytest.fixture
def job(tmp_path):
    """A server of one status file, which keeps what is over."""
    file = StatusFile(tmp_path / "job.json")
    server = PulseServer(file.path, log=tmp_path / "log")
    yield file, server
    server.stop()


def test_earlier_runs_are_below_the_panel(job, page):
    file, server = job
    run_to(file, server, "done", START, 4)
    panel = Panel.open(page, server)
    panel.expect(state="Done")
    # Nothing of them while there are none.
    expect(page.locator("training-runs")).to_have_count(0)
    run_to(file, server, "error", START + 100, 2)
    run_to(file, server, "running", START + 200, 1)
    panel.expect(state="Running", percent="25.0%")
    page.reload()
    panel.expect(state="Running", percent="25.0%")
    table = RunsPage(page)
    expect(table.part("title")).to_have_text("Earlier runs")
    expect(table.rows.locator("[part=state]")).to_have_text(["Error", "Done"])
    done = page.locator(f"training-runs [data-run='job@{START}'][part=row]")
    done.locator("[part=name]").click()
    opened = page.locator("training-runs training-panel")
    expect(opened.locator("[part=state]")).to_have_text("Done")
    expect(opened.locator("[part=connection]")).to_have_text("Archived")
    # The one that is on is still above, and the page is named after it.
    expect(page.locator("main > training-panel [part=state]")).to_have_text("Running")
    expect(page).to_have_title("25.0% · Running · job – Pulse")
    assert page.url.endswith(f"?run=job@{START}")
    page.reload()
    expect(opened.locator("[part=percent]")).to_have_text("100%")
    expect(opened.locator("[part=plot]")).to_have_attribute("aria-valuemax", "4")


def test_a_list_that_cant_be_fetched_breaks_nothing(job, page):
    """As by a server that has gone meanwhile; errors of the page's scripts fail a test."""
    file, server = job
    run_to(file, server, "done", START, 2)
    run_to(file, server, "running", START + 100, 1)
    page.route("**/training-runs.js", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/training-runs.js")):
        panel = Panel.open(page, server)
    panel.expect(state="Running")
    page.unroute("**/training-runs.js")
    run_to(file, server, "error", START + 101, 2)
    expect(page.locator("training-runs")).to_have_count(1)


@pytest.mark.parametrize(("locale", "word"), [("en-GB", "Replaced"), ("ru-RU", "Заменён")])
def test_a_run_that_another_one_replaced_is_over(job, contexts, locale, word):
    file, server = job
    run_to(file, server, "running", START, 2)
    run_to(file, server, "running", START + 100, 1)
    page = contexts(locale=locale).new_page()
    page.goto(f"{server.url}/?run=job@{START}")
    opened = page.locator("training-runs training-panel")
    expect(opened.locator("[part=state]")).to_have_text(word)
    expect(opened.locator("[part=percent]")).to_have_text(re.compile("^50"))
    expect(opened.locator("[part=retry]")).to_be_hidden()
    # Its numbers are its last, and no older than that.
    expect(opened.locator("article")).not_to_have_attribute("data-frozen", "")


@pytest.mark.parametrize(("status", "word"), [("running", "Replaced"), ("done", "Done"), ("error", "Error")])
def test_a_run_that_is_over_is_so_where_streams_are_refused(job, page, status, word):
    file, server = job
    run_to(file, server, status, START, 2)
    run_to(file, server, "running", START + 100, 1)
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(server.url)))
    page.route("**/events", lambda route: route.abort())
    page.goto(f"{server.url}/?run=job@{START}")
    opened = page.locator("training-runs training-panel")
    expect(opened.locator("[part=state]")).to_have_text(word)
    expect(opened.locator("[part=connection]")).to_have_text("Archived")
    expect(opened.locator("[part=plot]")).to_have_attribute("aria-valuemax", re.compile("[12]"))

    def asked_by_panel():
        return [path for path in asked if path.startswith("/runs/job@") and "points=" not in path]

    # Nothing more of it is asked for, while the one that is on is polled again and again.
    before = asked_by_panel()
    for _ in range(2):
        page.wait_for_event("request", lambda request: request.url == f"{server.url}/v2/status")
    assert asked_by_panel() == before


def test_a_run_that_is_polled_is_so_to_its_end(folder, page):
    folder.write("job", epoch=0.0, timestamp=START)
    server = folder.serve()
    file = StatusFile(folder.directory / "job.json")
    run_to(file, server, "running", START + 1, 2)
    page.route("**/events", lambda route: route.abort())
    page.goto(f"{server.url}/?run=job@{START}")
    panel = Panel(page)
    panel.expect(percent="50.0%")
    expect(panel.part("connection")).not_to_have_text("Archived")
    run_to(file, server, "running", START + 100, 1)
    panel.expect(state="Replaced", connection="Archived", percent="50.0%")


def test_a_run_that_nothing_followed_is_stale(folder, page):
    folder.write("job", epoch=0.0, timestamp=START)
    folder.write("other", epoch=1.0, timestamp=START + 50)
    server = folder.serve()
    run_to(StatusFile(folder.directory / "job.json"), server, "running", START + 1, 2)
    server.stop()
    folder.remove("job")
    server = folder.serve()
    wait_until(lambda: server.get(f"/runs/job@{START}").json().get("current") is False, "it is an earlier run")
    # What the list says, the panel says, too.
    assert server.get(f"/runs/job@{START}").json()["state"] == "stale"
    page.goto(f"{server.url}/?run=job@{START}")
    Panel(page).expect(state="Stale", connection="Archived", percent="50.0%")


def test_an_earlier_run_of_a_directory_stays_in_the_list(folder, page):
    folder.write("job", epoch=0.0, timestamp=START)
    server = folder.serve()
    table = RunsPage.open(page, server)
    file = StatusFile(folder.directory / "job.json")
    run_to(file, server, "done", START + 1, 4)
    first = page.locator(f"training-runs [data-run='job@{START}'][part=row]")
    first.locator("input").check()
    first.locator("[part=name]").click()
    panel = Panel(page)
    panel.expect(state="Done", connection="Connected")
    # The next run takes the place of this one, which goes on being shown as it ended.
    run_to(file, server, "running", START + 100, 1)
    panel.expect(state="Done", connection="Archived", percent="100%")
    page.locator("training-runs [part=back]").click()
    expect(table.rows).to_have_count(2)
    expect(first.locator("[part=state]")).to_have_text("Done")
    expect(first.locator("input")).to_be_checked()
    expect(table.part("plot").locator(f"g[data-run='job@{START}']")).to_have_count(1)
    expect(table.part("legend").locator("li")).to_have_count(1)


def test_a_run_that_turns_out_to_go_on_is_live_again(folder, page):
    folder.write("job", epoch=0.0, timestamp=START)
    server = folder.serve()
    file = StatusFile(folder.directory / "job.json")
    write(file, server, START + 1, 2.4)
    RunsPage.open(page, server, f"?run=job@{START}")
    panel = Panel(page)
    panel.expect(percent="60.0%", connection="Connected")
    # As trainers write that begin at 0 before they have read their checkpoint.
    write(file, server, START + 100, 0.0)
    panel.expect(state="Replaced", connection="Archived", percent="60.0%")
    write(file, server, START + 110, 2.1)
    write(file, server, START + 120, 2.2)
    panel.expect(state="Running", connection="Connected", percent="55.0%")
