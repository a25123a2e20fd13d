"""Each state of a job as the panel tells it, in a real browser, from a real file."""

import re
import time

import pytest
from panel import Panel
from playwright.sync_api import expect
from processes import free_port, wait_until


def test_a_job_is_seen_from_idle_to_done(server, status_file, page):
    status_file.idle()
    panel = Panel.open(page, server)
    panel.expect(state="Idle", message="Waiting to start...", percent="0%", loss="—")
    expect(panel.part("notice")).to_be_hidden()

    status_file.running(epoch=0, loss=0, message="loading")
    panel.expect(state="Running", percent="0%", epoch="0 of 3", loss="—", message="loading")

    status_file.running(epoch=2.5, loss=0.42, message="step 250")
    panel.expect(percent="83.3%", epoch="2.5 of 3", loss="0.42", message="step 250")
    panel.expect_current()
    assert panel.part("bar").get_attribute("aria-valuenow") == "83"
    expect(page).to_have_title(f"83.3% · Running · {status_file.name} – Pulse")

    status_file.done()
    panel.expect(state="Done", percent="100%", epoch="3 of 3", loss="0.1", time_left="—")
    panel.expect_current()
    expect(page).to_have_title(f"✓ 100% · Done · {status_file.name} – Pulse")


def test_a_failure_is_told_with_its_reason(server, status_file, page):
    status_file.running(epoch=1.2)
    panel = Panel.open(page, server)
    status_file.error(epoch=1.2, message="CUDA out of memory")
    panel.expect(state="Error", message="CUDA out of memory", percent="40.0%")
    expect(page).to_have_title(f"✕ 40.0% · Error · {status_file.name} – Pulse")


def test_a_missing_file_is_a_job_that_has_not_started(server, status_file, page):
    panel = Panel.open(page, server)
    panel.expect(state="Waiting for the first update", why="No status file yet:")
    # Nothing was told: neither how far it is, nor when.
    panel.expect(percent="—", epoch="—", last_update="—", loss="—")
    expect(panel.part("reason")).to_contain_text("status.json: no such file or directory")
    status_file.running(epoch=1)
    panel.expect(state="Running")
    expect(panel.part("notice")).to_be_hidden()


def test_a_missing_directory_is_told_apart_from_a_missing_file(serve, tmp_path, page):
    path = tmp_path / "not" / "mounted" / "status.json"
    server = serve("--status-file", str(path))
    panel = Panel.open(page, server)
    why = "The directory of the status file doesn’t exist:"
    panel.expect(state="Waiting for the first update", why=why)
    expect(panel.part("reason")).to_have_text("status.json: its directory does not exist")
    path.parent.mkdir(parents=True)
    panel.expect(why="No status file yet:")


def test_a_file_that_goes_missing_freezes_the_numbers(server, status_file, page):
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    status_file.remove()
    panel.expect(state="Status file missing", why="The status file is gone:", percent="50.0%")
    panel.expect_frozen()
    expect(panel.part("shown")).to_contain_text("Last known status: Running, ")


def test_nan_never_looks_healthy(server, status_file, page):
    status_file.running(epoch=1.5, loss=0.4)
    panel = Panel.open(page, server)
    status_file.document(epoch=1.6, loss=float("nan"))
    panel.expect(state="Status file invalid", why="The status file is not valid:", loss="0.4")
    expect(panel.part("reason")).to_contain_text("loss is NaN")
    panel.expect_frozen()
    expect(page).to_have_title(f"! 50.0% · Status file invalid · {status_file.name} – Pulse")

    status_file.running(epoch=1.7)
    panel.expect(state="Running")
    panel.expect_current()


def test_a_file_that_was_never_valid_shows_no_number(server, status_file, page):
    status_file.raw(b'{"status": "running"')
    page.goto(server.url)
    panel = Panel(page)
    panel.expect(state="No valid status", why="No valid status yet:", percent="—")
    expect(panel.part("reason")).not_to_be_empty()
    status_file.running(epoch=1.5)
    panel.expect(state="Running", percent="50.0%")
    panel.expect_current()


def test_an_unreadable_source_is_told(server, status_file, page):
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    status_file.remove()
    status_file.path.mkdir()
    panel.expect(state="Status file unreadable")
    panel.expect_frozen()
    status_file.path.rmdir()


def test_a_silent_job_is_stale_until_it_writes_again(serve, status_file, page):
    server = serve("--stale-after", "1s", "--poll-interval", "100ms")
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    panel.expect(state="Stale", percent="50.0%", time_left="—")
    expect(panel.part("why")).to_have_text(re.compile(r"^No updates since \d\d:\d\d:\d\d\."))
    panel.expect_frozen()
    expect(page).to_have_title(f"? 50.0% · Stale · {status_file.name} – Pulse")
    status_file.running(epoch=1.6)
    panel.expect(state="Running")
    panel.expect_current()


def test_a_stopped_server_is_unreachable_until_it_is_back(serve, status_file, page):
    server = serve(port=free_port())
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    panel.expect(connection="Connected")
    server.stop()
    panel.expect(state="Server unreachable", connection="Offline", percent="50.0%")
    expect(panel.part("why")).to_have_text(re.compile(r"^No answer since \d\d:\d\d:\d\d\.$"))
    panel.expect_frozen()

    status_file.running(epoch=2.25)
    serve(port=server.port)
    panel.expect(state="Running", connection="Connected", percent="75.0%")
    panel.expect_current()


@pytest.mark.parametrize(("end", "state"), [("done", "Done"), ("error", "Error")])
def test_an_end_stays_when_the_server_is_gone(serve, status_file, page, end, state):
    server = serve()
    getattr(status_file, end)(3, message="the end")
    panel = Panel.open(page, server)
    panel.expect(state=state)
    server.stop()
    panel.expect(state=state, connection="Server stopped", message="the end")
    panel.expect_current()


def test_the_age_of_the_last_update_ticks(server, status_file, page):
    status_file.document(timestamp=int(time.time()) - 30)
    panel = Panel.open(page, server)
    age = re.compile(r"^(\d+) seconds ago$")
    expect(panel.part("last-update")).to_have_text(age)
    first = int(age.match(panel.part("last-update").inner_text())[1])
    assert 29 <= first <= 60
    # Each second is shown for a second, which may be missed.
    wait_until(
        lambda: int(age.match(panel.part("last-update").inner_text())[1]) >= first + 2, "it ticks"
    )


def test_a_wrong_clock_in_the_browser_is_taken_out(server, status_file, page):
    page.clock.install(time=time.time() + 3 * 3600)
    page.clock.resume()
    status_file.document(timestamp=int(time.time()) - 30)
    panel = Panel.open(page, server)
    expect(panel.part("last-update")).to_have_text(re.compile(r"^[345]\d seconds ago$"))


@pytest.mark.parametrize(("lead", "says"), [(7200, "2 hrs ahead"), (100 * 86_400, "100 days ahead")])
def test_a_wrong_clock_of_the_trainer_is_told(server, status_file, page, lead, says):
    """The age is that of its arrival then."""
    status_file.document(timestamp=int(time.time()) + lead)
    panel = Panel.open(page, server)
    panel.expect(clock=f"clock of the training machine is {says}")
    expect(panel.part("last-update")).to_have_text(re.compile(r"^(now|\d+ seconds? ago)$"))
    status_file.document(timestamp=int(time.time()), epoch=1.6)
    expect(panel.part("clock")).to_be_hidden()


def test_a_clock_that_is_behind_is_told_once_it_is_sure(server, status_file, page):
    """An old document may have been there before; two that come late in a row are no delay."""
    late = int(time.time()) - 3 * 3600
    status_file.document(timestamp=late)
    panel = Panel.open(page, server)
    panel.expect(last_update="3 hours ago")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "0")
    for step in (1, 2):
        expect(panel.part("clock")).to_be_hidden()
        status_file.document(timestamp=late + step, epoch=1.5 + step / 10)
        panel.expect(epoch=f"{1.5 + step / 10:g} of 3")
    panel.expect(clock="clock of the training machine is 3 hrs behind")
    expect(panel.part("last-update")).to_have_text(re.compile(r"^(now|\d+ seconds? ago)$"))


def test_the_time_left_is_told_and_counted_down(server, status_file, page):
    panel = Panel.open(page, server)
    for step in range(20):
        status_file.running(epoch=step / 100, total=10)
        time.sleep(0.05)
    # 9.81 epochs at 0.2 a second and less: 49 s, and more on a busy machine.
    expect(panel.part("time-left")).to_have_text(re.compile(r"^(\d+ min|\d+ secs)"))
    expect(panel.part("until")).to_have_text(re.compile(r"^finishes around "))
    before = panel.part("time-left").inner_text()
    expect(panel.part("time-left")).not_to_have_text(before)


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        # Beyond the end is still running: only the trainer says that it is done.
        ({"epoch": 4.0}, {"state": "Running", "percent": "100%", "epoch": "4 of 3"}),
        ({"epoch": 2.9999}, {"percent": "99.9%"}),
        ({"total_epochs": 0.0, "epoch": 7.5}, {"percent": "—", "epoch": "7.5"}),
        ({"loss": 1.7e308, "epoch": 1e300}, {"loss": "1.7E308", "percent": "100%"}),
        ({"loss": -4.5e-9}, {"loss": "-4.5E-9"}),
        ({"message": ""}, {"state": "Running"}),
        ({"timestamp": 0}, {"last_update": re.compile(r"^20,\d{3} days ago$")}),
        ({"timestamp": 2**63 - 1}, {"clock": re.compile("> 1,000 days ahead$")}),
    ],
)
def test_extreme_numbers_are_shown_as_they_are(server, status_file, page, fields, texts):
    status_file.document(**fields)
    panel = Panel.open(page, server)
    panel.expect(**texts)


def test_without_a_total_the_bar_claims_nothing(server, status_file, page):
    status_file.document(total_epochs=0.0)
    panel = Panel.open(page, server)
    panel.expect(state="Running")
    expect(panel.part("bar")).not_to_have_attribute("aria-valuenow", re.compile(""))
    expect(panel.part("bar")).to_have_attribute("aria-valuetext", re.compile("not known"))
    expect(page).to_have_title(f"Running · {status_file.name} – Pulse")


def test_done_without_a_total_is_done(server, status_file, page):
    status_file.document(status="done", total_epochs=0.0, epoch=7.5)
    panel = Panel.open(page, server)
    panel.expect(state="Done", percent="100%", epoch="7.5")
    expect(page).to_have_title(f"✓ 100% · Done · {status_file.name} – Pulse")


def test_the_run_has_a_length_and_a_best_loss(server, status_file, page):
    panel = Panel.open(page, server)
    start = int(time.time()) - 3600
    for epoch, loss in ((0.5, 0.9), (1.0, 0.25), (1.5, 0.4)):
        status_file.document(epoch=epoch, loss=loss, timestamp=start + int(1200 * epoch))
        wait_until(lambda: server.metric("pulse_epoch") == epoch, "it is served")
    panel.expect(best="best 0.25 at epoch 1")
    # By the clock of the trainer, which is half an hour behind.
    expect(panel.part("elapsed")).to_have_text(re.compile(r"^20 mins?( \d+ secs?)? elapsed$"))
    expect(panel.part("clock")).to_contain_text("30 mins behind")
    status_file.document(status="done", epoch=3.0, loss=0.3, timestamp=start + 3000)
    panel.expect(state="Done", elapsed=re.compile(r"^took 40 mins?$"), best="best 0.25 at epoch 1")


@pytest.mark.parametrize(
    "message",
    [
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "line\u2028separator, \u2029paragraph, and\ttab",
        "epoch 1\nepoch 2\r\nepoch 3",
        "שלום, עולם: 3 מתוך 5",
        "\u202eevil\u202c and \u200f marks",
        "🔥 𝕌nicode \u0301\u0302\u0303",
        "</training-panel>&lt;b&gt;{time}${x}",
        "x" * 10_000,
        "слово " * 1_666,
    ],
)
def test_any_message_is_text_and_stays_in_its_place(server, status_file, page, message):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.set_viewport_size({"width": 320, "height": 640})
    status_file.document(message=message)
    panel = Panel.open(page, server)
    panel.expect(state="Running")
    assert panel.part("message").evaluate("element => element.textContent") == message
    assert panel.part("message").evaluate("element => element.childElementCount") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert panel.part("message").bounding_box()["height"] < 200
    assert dialogs == []


def test_a_right_to_left_message_reads_from_the_right(server, status_file, page):
    status_file.document(message="שלום, עולם")
    panel = Panel.open(page, server)
    assert panel.part("message").evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert panel.part("state").evaluate("e => getComputedStyle(e).direction") == "ltr"
