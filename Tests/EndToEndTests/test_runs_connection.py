"""How the list of runs keeps up: one stream for all, restarts, sweeps that come and go, a thousand runs."""

import json
import re
import time

from panel import Panel
from playwright.sync_api import expect
from processes import free_port, wait_until
from runs_page import RunsPage


def watch_frames(page):
    """Count frames and long tasks from now on."""
    page.evaluate(
        """() => {
          const seen = (window.seen = { frames: 0, long: 0, longest: 0 });
          const count = () => { seen.frames++; requestAnimationFrame(count); };
          requestAnimationFrame(count);
          new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) {
              seen.long++;
              seen.longest = Math.max(seen.longest, duration);
            }
          }).observe({ type: 'longtask' });
        }"""
    )


def test_one_stream_serves_the_list_and_one_more_the_open_run(folder, page):
    folder.sweep([f"run-{number}" for number in range(30)])
    server = folder.serve()
    table = RunsPage.open(page, server)
    expect(table.part("connection")).to_have_text("Connected")
    expect(table.row("run-3")).to_be_visible()
    assert server.metric("pulse_event_streams") == 1
    table.cell("run-3", "name").click()
    panel = Panel(page)
    panel.expect(label="run-3", connection="Connected")
    assert server.metric("pulse_event_streams") == 2
    folder.write("run-3", epoch=2.0, timestamp=1_700_001_000)
    panel.expect(percent="50.0%")
    page.locator("training-runs [part=back]").click()
    expect(table.cell("run-3", "percent")).to_have_text("50.0%")
    folder.write("run-3", epoch=3.0, timestamp=1_700_002_000)

    def is_closed():
        folder.write("run-3", epoch=3.0, timestamp=int(1000 * time.time()))
        return server.metric("pulse_event_streams") == 1

    wait_until(is_closed, "the panel's stream is closed")


def test_a_server_that_restarts_is_followed(folder, page):
    folder.sweep(["one", "two", "three"])
    server = folder.serve(port=free_port())
    table = RunsPage.open(page, server)
    table.box("two").check()
    table.head("name").locator("button").click()
    table.expect_names("one", "three", "two")
    server.stop()
    expect(table.part("why")).to_have_text(re.compile("^No answer since "))
    expect(table.part("connection")).to_have_text("Offline")
    # What is known stays, marked as old.
    table.expect_names("one", "three", "two")
    expect(table.root).to_have_attribute("data-frozen", "")
    folder.remove("three")
    folder.write("four")
    folder.write("one", epoch=3.0, timestamp=1_700_000_100)
    folder.serve(port=server.port)
    # What has gone meanwhile is an earlier run.
    table.expect_names("four", "one", "three", "two")
    expect(table.cell("one", "epoch")).to_have_text("3 of 4")
    expect(table.box("two")).to_be_checked()
    expect(table.part("notice")).to_be_hidden()
    expect(table.part("connection")).to_have_text("Connected")


def test_a_server_that_restarts_without_an_archive_is_believed(folder, contexts):
    """It knows nothing of the runs before it, so nothing of them is shown as if it still were."""
    folder.sweep(["one", "two"])
    server = folder.serve("--no-archive")
    table = RunsPage.open(contexts().new_page(), server)
    table.expect_names("one", "two")
    opened = RunsPage.open(contexts().new_page(), server, f"?run={folder.ids()['one']}")
    panel = Panel(opened.page)
    panel.expect(label="one", percent="25.0%", connection="Connected")
    server.stop()
    expect(table.part("connection")).to_have_text("Offline")
    expect(table.root).to_have_attribute("data-frozen", "")
    panel.expect(connection="Offline", percent="25.0%")
    panel.expect_frozen()
    folder.remove("two")
    folder.write("one", epoch=3.0, timestamp=1_700_000_100)
    folder.serve("--no-archive", port=server.port)
    table.expect_names("one")
    expect(table.cell("one", "percent")).to_have_text("75.0%")
    expect(table.root).not_to_have_attribute("data-frozen", "")
    # The run of this server began when it saw it, and is another one to it.
    expect(opened.page.get_by_role("alert")).to_contain_text("There is no run one@1700000000")
    expect(panel.root).to_have_count(0)
    opened.page.get_by_role("link", name="All runs").click()
    opened.expect_names("one")
    opened.cell("one", "name").click()
    panel.expect(label="one", percent="75.0%", connection="Connected")


def test_an_outage_has_a_countdown_and_can_be_cut_short(folder, page):
    folder.sweep(["one"])
    server = folder.serve(port=free_port())
    table = RunsPage.open(page, server)
    expect(table.part("connection")).to_have_text("Connected")
    expect(table.part("retry")).to_be_hidden()
    server.stop()
    page.clock.install()
    expect(table.part("connection")).to_have_text("Offline")
    # The waits grow to ten seconds, which are not to be waited for here.
    for _ in range(5):
        table.part("retry").click()
    expect(table.part("countdown")).to_have_text(re.compile(r"^Next attempt in \d+ secs?\.$"))
    folder.serve(port=server.port)
    table.part("retry").click()
    expect(table.part("connection")).to_have_text("Connected")
    expect(table.part("retry")).to_be_hidden()


def test_a_sweep_starts_and_ends_under_the_page(folder, page):
    table = RunsPage.open(page, folder.serve())
    expect(table.part("none")).to_have_text("Waiting for the first run")
    names = [f"sweep-{number}" for number in range(3)]
    for index, name in enumerate(names):
        folder.write(name, epoch=0.0, timestamp=1_800_000_000 - index)
    table.expect_names(*names)
    for epoch in (1.0, 2.0, 3.0):
        for index, name in enumerate(names):
            folder.write(
                name, epoch=epoch, loss=1 / epoch, timestamp=1_800_000_000 - index + int(epoch)
            )
            expect(table.cell(name, "epoch")).to_have_text(f"{epoch:g} of 4")
    expect(page).to_have_title("3 running – Pulse")
    folder.write("sweep-0", status="done", epoch=4.0, timestamp=1_800_000_010)
    folder.write("sweep-1", status="error", epoch=3.0, timestamp=1_800_000_009)
    expect(table.cell("sweep-0", "state")).to_have_text("Done")
    expect(table.cell("sweep-1", "state")).to_have_text("Error")
    expect(page).to_have_title("1 running · 1 error – Pulse")
    # The same source again: a new run, in its place; it takes neither row nor choice of the other.
    table.box("sweep-0").check()
    folder.write("sweep-0", epoch=0.5, timestamp=1_800_000_020)
    expect(
        table.page.locator("training-runs [part=row][data-run='sweep-0@1800000020']")
    ).to_have_count(1)
    expect(
        table.page.locator("training-runs [data-run='sweep-0@1800000020'] input")
    ).not_to_be_checked()


def test_at_the_stream_limit_the_list_polls(folder, contexts):
    folder.sweep(["one"])
    server = folder.serve("--max-streams", "1", "--heartbeat-interval", "1s")
    first, second = (RunsPage.open(contexts().new_page(), server) for _ in range(2))
    expect(first.part("connection")).to_have_text("Connected")
    expect(second.part("connection")).to_have_text("Polling")
    second.expect_names("one")
    folder.write("two", timestamp=1_700_000_100)
    second.expect_names("two", "one")
    folder.write("one", epoch=3.0, timestamp=1_700_000_200)
    expect(second.cell("one", "percent")).to_have_text("75.0%")
    first.page.close()
    expect(second.part("connection")).to_have_text("Connected")


def test_a_hidden_list_gives_its_stream_back(folder, page):
    folder.sweep(["one"])
    server = folder.serve()
    page.clock.install()
    table = RunsPage.open(page, server)
    expect(table.part("connection")).to_have_text("Connected")
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    page.clock.fast_forward(6_000)

    def is_closed():
        folder.write("one", epoch=1.0, timestamp=int(1000 * time.time()))
        return server.metric("pulse_event_streams") == 0

    wait_until(is_closed, "the stream is closed")
    folder.write("one", status="done", epoch=4.0, timestamp=1_800_000_000)
    page.evaluate(
        "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }"
    )
    expect(table.cell("one", "state")).to_have_text("Done")


def test_a_thousand_runs_of_which_fifty_move(folder, page):
    names = [f"run-{number:03}" for number in range(1000)]
    folder.sweep(names)
    server = folder.serve()
    wait_until(lambda: server.get("/runs?limit=1").json()["total"] == 1000, "all are served")
    table = RunsPage.open(page, server)
    expect(table.part("count")).to_have_text("Runs: 1,000")
    # Only those that are seen are there.
    assert table.rows.count() < 60
    watch_frames(page)
    start = time.monotonic()
    for step in range(1, 101):
        name = names[step % 50]
        folder.write(name, epoch=1 + step / 50, timestamp=1_700_000_000 + step)
        time.sleep(max(0, start + step / 20 - time.monotonic()))
    expect(table.cell("run-000", "epoch")).to_have_text("3 of 4")
    seen = page.evaluate("window.seen")
    # On a busy machine: no task longer than a tenth of a second for each ten updates.
    assert seen["long"] <= 20, seen
    # The last row is reached, and the first again.
    table.cell("run-001", "name").focus()
    page.keyboard.press("End")
    expect(table.cell("run-999", "name")).to_be_focused()
    expect(table.cell("run-999", "name")).to_be_in_viewport()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    expect(table.cell("run-000", "name")).to_be_focused()
    page.mouse.wheel(0, 20_000)
    expect(table.row("run-360")).to_be_attached()
    # The row that has the focus is kept, and little else that isn't seen.
    assert table.rows.count() < 60
    expect(table.cell("run-000", "name")).to_be_focused()


def test_what_is_read_stays_where_it_is(folder, page):
    """A run that appears above it moves nothing."""
    folder.sweep([f"run-{number:03}" for number in range(200)])
    table = RunsPage.open(page, folder.serve())
    expect(table.row("run-003")).to_be_visible()
    page.mouse.wheel(0, 4_000)
    expect(table.row("run-073")).to_be_in_viewport()
    page.wait_for_function("scrollY === 4000")
    before = table.row("run-073").bounding_box()["y"]
    for number in range(3):
        folder.write(f"new-{number}", timestamp=1_800_000_000 + number)
        expect(table.part("count")).to_have_text(f"Runs: {201 + number}")
        assert table.row("run-073").bounding_box()["y"] == before
    # At the top the new ones are seen.
    page.keyboard.press("Home")
    expect(table.row("new-2")).to_be_in_viewport()
    folder.write("newest", timestamp=1_900_000_000)
    expect(table.row("newest")).to_be_in_viewport()


def test_curves_are_asked_for_as_they_are_seen(folder, page):
    folder.sweep([f"run-{number:03}" for number in range(200)])
    asked = []
    page.on("request", lambda request: "history" in request.url and asked.append(request.url))
    RunsPage.open(page, folder.serve())

    def seen():
        page.wait_for_timeout(100)  # events arrive while the browser is waited for
        return asked

    wait_until(lambda: len(seen()) >= 15, "the first are asked for")
    page.wait_for_timeout(300)
    assert len(asked) < 40
    assert not [url for url in asked if "run-199@" in url]
    page.keyboard.press("End")
    wait_until(lambda: [url for url in seen() if "run-199@" in url], "the last is asked for")
    assert len(asked) == len(set(asked))
    assert all(url.endswith("?points=64") for url in asked)


def test_the_list_works_below_a_path_and_in_other_pages(folder, page):
    """As behind a reverse proxy: `https://example.org/pulse/`."""
    folder.sweep(["one"])
    server = folder.serve()
    asked = []

    def forward(route):
        asked.append(route.request.url)
        path = route.request.url.split("/pulse", 1)[1]
        if "events" in path:
            return route.abort()
        answer = server.get(path)
        return route.fulfill(body=answer.body, content_type=answer.headers["content-type"])

    page.route("**/pulse/**", forward)
    page.goto(f"{server.url}/livez")
    page.goto(f"{server.url}/pulse/")
    table = RunsPage(page)
    table.expect_names("one")
    expect(table.part("connection")).to_have_text("Polling")
    table.cell("one", "name").click()
    Panel(page).expect(label="one", connection="Polling", percent="25.0%")
    page.reload()
    Panel(page).expect(label="one", percent="25.0%")
    assert all("/pulse/" in url for url in asked)


def test_the_events_say_what_the_page_shows(folder, page):
    folder.sweep(["one", "two"])
    page.add_init_script(
        """window.told = [];
        for (const name of ['runs', 'view']) {
          addEventListener(`pulse-${name}`, ({ detail }) => told.push([name, detail]));
        }"""
    )
    table = RunsPage.open(page, folder.serve())
    table.expect_names("one", "two")
    page.wait_for_function("told.some(([name, detail]) => name === 'runs' && detail.total === 2)")
    table.part("search").fill("two")
    told = page.evaluate("told")
    assert ["runs", {"total": 2, "states": {"stale": 2}, "link": "live"}] in told
    assert told[-1] == ["view", {"view": "search=two", "isStep": False}]
    items = page.evaluate("document.querySelector('training-runs').runs")
    assert sorted(item["source"] for item in items) == ["one", "two"]
    assert json.dumps(items[0])
