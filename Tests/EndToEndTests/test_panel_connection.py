"""How the panel keeps in touch: streams that end, block, fall silent; hidden pages; many tabs."""

import re
import socket
import threading
import time

from panel import Panel
from playwright.sync_api import expect
from processes import free_port, wait_until


def hide(page):
    """Make a page believe that it is in the background."""
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )


def show(page):
    page.evaluate(
        """() => {
          delete document.hidden;
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )


def test_one_stream_is_open_for_one_panel(server, status_file, page):
    status_file.running(epoch=1)
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    assert server.metric("pulse_event_streams") == 1
    page.evaluate("document.querySelector('training-panel').remove()")
    wait_until(lambda: closed_after_an_update(server, status_file), "the stream is closed")


def closed_after_an_update(server, status_file):
    """Sending is what makes the server notice that a client is gone."""
    status_file.running(epoch=1)
    return server.metric("pulse_event_streams") == 0


def test_at_the_stream_limit_the_panel_polls(serve, status_file, contexts):
    server = serve("--max-streams", "1", "--heartbeat-interval", "1s")
    for epoch in (0.5, 1, 1.5):
        status_file.running(epoch)
        wait_until(
            lambda at=epoch: server.get("/history").json()["epoch"][-1:] == [at], "it is seen"
        )
    first, second = (Panel.open(contexts().new_page(), server) for _ in range(2))
    first.expect(connection="Connected")
    second.expect(connection="Polling", state="Running", percent="50.0%")
    expect(second.part("plot")).to_have_attribute("aria-valuemax", "2")
    status_file.running(epoch=2.25)
    second.expect(percent="75.0%", connection="Polling")
    expect(second.part("plot")).to_have_attribute("aria-valuemax", "3")
    # No proxy is to blame.
    expect(second.part("hint")).to_be_hidden()
    # What hasn't changed isn't sent again: the cache asks with the ETag.
    not_modified = 'pulse_http_requests_total{route="status",code="304"}'
    wait_until(lambda: server.metric(not_modified) >= 1, "a poll is answered with 304")
    second.expect_current()

    # When there is room again, the stream is tried again.
    first.page.close()
    second.expect(connection="Connected")


def test_a_proxy_that_holds_streams_back_is_polled_through(server, status_file, page):
    status_file.running(epoch=1.5)
    held = []
    page.route("**/events", lambda route: held.append(route))
    panel = Panel.open(page, server)
    panel.expect(percent="50.0%")
    status_file.running(epoch=2.25)
    panel.expect(percent="75.0%", connection="Polling")
    panel.expect_current()
    assert held
    expect(panel.part("hint")).to_contain_text("a proxy seems to hold the event stream back")


def test_a_silent_stream_is_noticed(serve, status_file, page):
    """The process is stopped in its tracks: its sockets stay open, and nothing is said."""
    server = serve("--heartbeat-interval", "1s")
    status_file.running(epoch=1.5)
    page.clock.install()
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    server.pause()
    page.clock.fast_forward(51_000)
    # It connects anew, then polls: neither is answered.
    expect(panel.part("connection")).not_to_have_text("Connected")
    page.clock.fast_forward(5_000)
    # The answer's time limit is the browser's own, and real.
    panel.expect(state="Server unreachable", connection="Offline")
    panel.expect_frozen()
    server.resume()
    page.clock.fast_forward(20_000)
    panel.expect(state="Running", connection="Connected")


COUNT_BEATS = """window.beats = 0;
const Real = EventSource;
window.EventSource = class extends Real {
  constructor(...parameters) {
    super(...parameters);
    this.addEventListener('heartbeat', () => window.beats++);
  }
};"""


def test_heartbeats_keep_a_quiet_stream(serve, status_file, page):
    server = serve("--heartbeat-interval", "1s")
    status_file.running(epoch=1.5)
    page.clock.install()
    page.add_init_script(COUNT_BEATS)
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    streams = 'pulse_http_requests_total{route="events",code="200"}'
    before = server.metric(streams)
    for _ in range(3):
        # Each beat that arrives gives the stream its time anew.
        page.clock.fast_forward(40_000)
        beats = page.evaluate("beats")
        wait_until(lambda beats=beats: page.evaluate("beats") > beats, "a beat arrives")
    panel.expect(connection="Connected")
    assert server.metric(streams) == before


def test_a_hidden_page_gives_its_stream_back_and_catches_up(server, status_file, page):
    status_file.running(epoch=0.3)
    page.clock.install()
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    hide(page)
    page.clock.fast_forward(6_000)
    wait_until(lambda: closed_after_an_update(server, status_file), "the stream is closed")

    # In the background the title goes on, by polling.
    status_file.running(epoch=1.5)
    page.clock.fast_forward(16_000)
    expect(page).to_have_title(f"50.0% · Running · {status_file.name} – Pulse")

    status_file.running(epoch=2.25)
    show(page)
    panel.expect(percent="75.0%", connection="Connected")
    points = len(server.get("/history").json()["epoch"])
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", str(points - 1))


def test_a_short_look_away_costs_nothing(server, status_file, page):
    status_file.running(epoch=1)
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    streams = 'pulse_http_requests_total{route="events",code="200"}'
    before = server.metric(streams)
    hide(page)
    show(page)
    status_file.running(epoch=1.5)
    panel.expect(percent="50.0%", connection="Connected")
    assert server.metric(streams) == before


def test_of_ten_tabs_the_visible_one_is_live(server, status_file, contexts):
    """HTTP/1.1 gives a browser six connections to one host: hidden tabs must not hold them."""
    status_file.running(epoch=0.3)
    context = contexts()
    tabs = []
    for _ in range(10):
        tab = context.new_page()
        tab.clock.install()
        tabs.append(Panel.open(tab, server))
        tabs[-1].expect(connection="Connected")
        hide(tab)
        tab.clock.fast_forward(6_000)
        tabs[-1].expect(connection="Polling")
    show(tabs[4].page)
    tabs[4].expect(connection="Connected")
    status_file.running(epoch=1.5)
    tabs[4].expect(percent="50.0%")
    wait_until(lambda: server.metric("pulse_event_streams") <= 1, "one stream is left")
    # The others know it from their next poll, and show it in their titles.
    tabs[9].page.clock.fast_forward(16_000)
    expect(tabs[9].page).to_have_title(f"50.0% · Running · {status_file.name} – Pulse")


def test_five_hundred_updates_cost_a_frame_each_at_most(server, status_file, page):
    """20 updates a second and more: every one is told, and none costs more than its frame."""
    status_file.running(epoch=0)
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    page.evaluate(
        """() => {
          const panel = document.querySelector('training-panel');
          const seen = (window.seen = { told: 0, drawn: 0, frames: 0, long: 0 });
          panel.addEventListener('pulse-status', () => seen.told++);
          // The bar is set once by each drawing; mutations of one task arrive together.
          new MutationObserver(() => seen.drawn++)
            .observe(panel.shadowRoot.querySelector('[part=fill]'), { attributes: true });
          const count = () => { seen.frames++; requestAnimationFrame(count); };
          requestAnimationFrame(count);
          new PerformanceObserver((list) => (seen.long += list.getEntries().length))
            .observe({ type: 'longtask' });
        }"""
    )
    start = time.monotonic()
    for step in range(1, 501):
        status_file.running(epoch=step / 100, total=5, loss=5 / step, message=f"step {step}")
        time.sleep(max(0, start + step / 50 - time.monotonic()))
    panel.expect(percent="100%", message="step 500", loss="0.01")
    seen = page.evaluate("window.seen")
    # A slow browser may skip states (latest wins), but the newest always arrives.
    assert 100 <= seen["told"] <= 500
    assert 50 <= seen["drawn"] <= seen["frames"]
    # Not one task of 50 ms or more for each ten updates, even on a busy machine.
    assert seen["long"] <= 50, seen


def test_what_is_not_pulse_is_named_so(page, server, status_file):
    status_file.running(epoch=1)
    page.route("**/events", lambda route: route.abort())
    page.route(
        re.compile("/(status|progress)$"),
        lambda route: route.fulfill(body="<!doctype html>hello", content_type="text/html"),
    )
    page.goto(server.url)
    panel = Panel(page)
    panel.expect(state="Server unreachable", reason="The server responded, but it isn’t Pulse.")


def test_a_proxy_without_its_server_is_told_apart_from_pulse(page, server, status_file):
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    bad_gateway = {"status": 502, "body": "bad gateway"}
    page.route(re.compile("/(status|progress|events)$"), lambda r: r.fulfill(**bad_gateway))
    page.evaluate("document.querySelector('training-panel').setAttribute('src', '/')")
    panel.expect(state="Server unreachable", reason="HTTP 502 Bad Gateway")


def test_a_server_that_never_answers_is_unreachable(contexts, server):
    """A socket that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def accept():
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        page = contexts(bypass_csp=True).new_page()
        page.goto(server.url)
        port = listener.getsockname()[1]
        page.evaluate(
            "port => document.querySelector('training-panel')"
            ".setAttribute('src', `http://127.0.0.1:${port}`)",
            port,
        )
        Panel(page).expect(state="Server unreachable", percent="—")
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


def test_an_outage_has_a_countdown_and_can_be_cut_short(serve, status_file, page):
    server = serve(port=free_port())
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    expect(panel.part("retry")).to_be_hidden()
    server.stop()
    page.clock.install()
    panel.expect(state="Server unreachable")
    # The waits grow to ten seconds, which are not to be waited for here.
    for _ in range(5):
        panel.part("retry").click()
    expect(panel.part("countdown")).to_have_text(re.compile(r"^Next attempt in \d+ secs?\.$"))
    serve(port=server.port)
    panel.part("retry").click()
    panel.expect(state="Running", connection="Connected")
    expect(panel.part("retry")).to_be_hidden()


def test_a_token_that_is_no_longer_right_is_told(serve, status_file, tmp_path, page):
    (tmp_path / "token").write_text("0123456789abcdef\n")
    server = serve("--token-file", str(tmp_path / "token"), port=free_port())
    status_file.running(epoch=1.5)
    page.goto(f"{server.url}/?token=0123456789abcdef")
    panel = Panel(page)
    panel.expect(connection="Connected")
    page.context.clear_cookies()
    server.stop()
    serve("--token-file", str(tmp_path / "token"), port=server.port)
    panel.expect(
        state="Server unreachable", why="The server wants a token: reload the page to sign in."
    )
