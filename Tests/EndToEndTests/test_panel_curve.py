"""The loss curve: the whole run, its scales, and its keyboard."""

import re

import pytest
from panel import Panel
from playwright.sync_api import expect
from processes import wait_until


def wait_for_epoch(server, epoch):
    wait_until(lambda: server.get("/status").json()["epoch"] == epoch, f"epoch {epoch} is served")


@pytest.fixture
def run(serve, status_file):
    """A server that has seen five updates of a run."""
    status_file.running(epoch=0, loss=0)
    server = serve("--poll-interval", "50ms")
    for epoch, loss in enumerate([8.0, 4.0, 2.0, 1.0], start=1):
        status_file.running(epoch=epoch, total=8, loss=loss)
        wait_for_epoch(server, epoch)
    return server


def path_of(panel, part="curve"):
    """The points of a path as pairs of numbers."""
    path = panel.part(part).get_attribute("d") or ""
    return [tuple(map(float, pair.split())) for pair in re.split("[ML]", path)[1:]]


def test_who_comes_late_sees_the_whole_run(run, page, status_file):
    panel = Panel.open(page, run)
    # The first state of a job has no loss yet, and no place on the curve.
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    points = path_of(panel)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert [y for _, y in points] == sorted(y for _, y in points)

    status_file.running(epoch=5, total=8, loss=0.5)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "4")
    expect(panel.part("readout")).to_have_text(re.compile(r"^epoch 5: loss 0\.5 · \d\d:"))


def test_who_can_only_poll_sees_the_whole_run(run, page, status_file):
    page.route("**/events", lambda route: route.abort())
    panel = Panel.open(page, run)
    panel.expect(connection="Polling")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")


def test_an_answer_that_came_late_breaks_nothing(run, page):
    """The curve was asked for while there was no status, and the refusal arrives after one."""
    refusal = {
        "status": 503,
        "headers": {"Pulse-Source": "invalid", "Content-Type": "application/problem+json"},
        "body": '{"title": "Service Unavailable", "status": 503, "detail": "no status yet"}',
    }
    page.route("**/history", lambda route: route.fulfill(**refusal))
    with page.expect_response("**/history"):
        panel = Panel.open(page, run)
    page.wait_for_timeout(300)
    panel.expect(state="Running", epoch="4 of 8")
    panel.expect_current()


def test_a_new_run_begins_a_new_curve(run, page, status_file):
    panel = Panel.open(page, run)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    status_file.running(epoch=0, total=8, loss=9)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "0")
    status_file.running(epoch=0.1, total=8, loss=8)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "1")
    status_file.idle()
    expect(panel.part("readout")).to_have_text("No data yet")


def epochs_of(server):
    return server.get("/history").json()["epoch"]


def test_a_resume_cuts_the_curve_and_is_marked(run, page, status_file):
    panel = Panel.open(page, run)
    status_file.error(epoch=4, total=8)
    panel.expect(state="Error")
    status_file.running(epoch=2.5, total=8, loss=3)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "2")
    status_file.running(epoch=3, total=8, loss=2.5)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    expect(panel.part("resume")).to_have_count(1)
    wait_until(lambda: epochs_of(run) == [1, 2, 2.5, 3], "the resumed run is one curve")
    assert run.get("/history").headers["pulse-resumed"] == "2.5"


def test_a_loss_that_nobody_measured_is_none(serve, page, status_file):
    status_file.running(epoch=0, total=8, loss=0)
    server = serve("--poll-interval", "50ms")
    panel = Panel.open(page, server)
    panel.expect(state="Running", loss="—", epoch="0 of 8")
    status_file.running(epoch=1, total=8, loss=0)
    panel.expect(loss="—", epoch="1 of 8")
    assert epochs_of(server) == []
    assert b"pulse_loss" not in server.get("/metrics").body
    assert server.get("/status").json()["loss"] == 0
    for epoch, loss in [(2, 4), (3, 0)]:
        status_file.running(epoch=epoch, total=8, loss=loss)
        panel.expect(loss=str(loss), epoch=f"{epoch} of 8")
    assert epochs_of(server) == [2, 3]
    assert b"\npulse_loss 0\n" in server.get("/metrics").body


def test_a_resumed_attempt_has_no_loss_of_its_own_at_first(run, page, status_file):
    panel = Panel.open(page, run)
    status_file.error(epoch=4, total=8)
    panel.expect(state="Error")
    for epoch in [2.5, 2.75, 3]:
        status_file.running(epoch=epoch, total=8, loss=0)
        panel.expect(loss="—", epoch=f"{epoch:g} of 8")
    assert epochs_of(run) == [1, 2]
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "1")
    # Also for who comes now.
    page.reload()
    panel.expect(loss="—", epoch="3 of 8")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "1")
    status_file.running(epoch=3.5, total=8, loss=0.25)
    panel.expect(loss="0.25")
    wait_until(lambda: epochs_of(run) == [1, 2, 3.5], "the first loss is a point")


def test_a_resume_that_says_zero_first_is_the_same_run(run, page, status_file):
    panel = Panel.open(page, run)
    status_file.error(epoch=4, total=8)
    for epoch, loss in [(0, 0), (2.5, 3), (2.6, 2.9)]:
        status_file.running(epoch=epoch, total=8, loss=loss)
        wait_for_epoch(run, epoch)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    expect(panel.part("resume")).to_have_count(1)
    assert epochs_of(run) == [1, 2, 2.5, 2.6]


def test_a_late_update_leaves_the_curve_as_it_is(run, page, status_file):
    panel = Panel.open(page, run)
    for epoch in [3.5, 4.5, 4.25, 5]:
        status_file.running(epoch=epoch, total=8, loss=1)
        wait_for_epoch(run, epoch)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "5")
    assert epochs_of(run) == [1, 2, 3, 4, 4.5, 5]


def test_the_log_scale_makes_halving_a_straight_line(run, page):
    panel = Panel.open(page, run)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    button = panel.part("log")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    ys = [y for _, y in path_of(panel)]
    steps = [below - above for above, below in zip(ys, ys[1:])]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.2)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_losses_of_zero_and_below_have_no_logarithm(run, page, status_file):
    panel = Panel.open(page, run)
    status_file.running(epoch=5, total=8, loss=-1)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "4")
    panel.part("log").click()
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    assert "NaN" not in panel.part("curve").get_attribute("d")


def test_smoothing_draws_the_average_over_the_faint_raw_curve(run, page):
    panel = Panel.open(page, run)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    assert path_of(panel, "smooth-curve") == []
    panel.part("smoothing").fill("0.5")
    expect(panel.part("curve")).to_have_attribute("data-faint", "")
    expect(panel.part("readout")).to_contain_text("smoothed 2.133")
    assert len(path_of(panel, "smooth-curve")) == 4


def test_the_curve_is_read_with_the_keyboard(run, page):
    panel = Panel.open(page, run)
    plot, readout = panel.part("plot"), panel.part("readout")
    expect(plot).to_have_attribute("aria-valuemax", "3")
    plot.focus()
    for key, said in [
        ("ArrowLeft", "epoch 3: loss 2"),
        ("ArrowLeft", "epoch 2: loss 4"),
        ("ArrowRight", "epoch 3: loss 2"),
        ("Home", "epoch 1: loss 8"),
        ("ArrowLeft", "epoch 1: loss 8"),
        ("End", "epoch 4: loss 1"),
        ("PageDown", "epoch 3: loss 2"),
    ]:
        page.keyboard.press(key)
        expect(readout).to_contain_text(said)
        expect(plot).to_have_attribute("aria-valuetext", re.compile("^" + said))
    expect(panel.part("ruler")).not_to_have_attribute("hidden", "")
    page.keyboard.press("Escape")
    expect(readout).to_contain_text("epoch 4: loss 1")
    expect(panel.part("ruler")).to_have_attribute("hidden", "")


def test_the_curve_is_read_with_the_pointer(run, page):
    panel = Panel.open(page, run)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
    box = panel.part("plot").bounding_box()
    second = path_of(panel)[1]
    page.mouse.move(box["x"] + second[0] + 5, box["y"] + box["height"] / 2)
    expect(panel.part("readout")).to_contain_text("epoch 2: loss 4")
    page.mouse.move(0, 0)
    expect(panel.part("readout")).to_contain_text("epoch 4: loss 1")


def test_who_stays_sees_what_who_comes_sees(run, page, contexts, status_file):
    """A panel that misses updates reads the server's curve again, and shows nothing else."""
    page.route("**/events", lambda route: route.abort())
    panel = Panel.open(page, run)
    panel.expect(connection="Polling")
    # No clock of a page runs a minute for a test: the panel's own bound is tried by its functions.
    for step in range(41, 80):
        loss = 9 if step == 60 else 1
        status_file.running(epoch=step / 10, total=8, loss=loss)
        wait_for_epoch(run, step / 10)
    page.evaluate("document.querySelector('training-panel').src = '/'")
    other = Panel.open(contexts().new_page(), run)
    for one in (panel, other):
        expect(one.part("plot")).to_have_attribute("aria-valuemax", "42")
    assert path_of(panel) == path_of(other)


LAYOUTS = """async ([curve, options]) => {
  const { layout } = await import('/panel/curve.js');
  const { formatsFor } = await import('/panel/format.js');
  const size = { width: 600, height: 200, em: 13, axis: 'epoch', smoothing: 0, formats: formatsFor('en') };
  const drawn = layout(curve, { ...size, ...options });
  return drawn && { raw: drawn.raw, line: drawn.line, rows: drawn.rows, columns: drawn.columns };
}"""


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "losses",
    [
        [1.0],
        [2.5, 2.5, 2.5],
        [1.7e308, 1e-308],
        [5e-324, 1e-323],
        [1e16, 1e16 + 2],
        [0.999999, 1.000001],
        [0.69314718, 0.69314719],
        [3e-7, 3e5],
    ],
)
def test_any_losses_can_be_drawn(modules, losses, log):
    curve = [{"epoch": index + 1, "loss": loss} for index, loss in enumerate(losses)]
    drawn = modules.evaluate(LAYOUTS, [curve, {"isLog": log, "smoothing": 0.5}])
    for path in (drawn["raw"], drawn["line"]):
        assert re.fullmatch(r"M[-\d.]+ [-\d.]+(L[-\d.]+ [-\d.]+)*", path)
    for pair in re.split("[ML]", drawn["raw"])[1:]:
        x, y = map(float, pair.split())
        assert 0 <= x <= 600
        assert 0 <= y <= 200
    assert all(0 <= row["y"] <= 200 for row in drawn["rows"])
    assert 2 <= len(drawn["rows"]) <= 20
    for ticks in ("rows", "columns"):
        labels = [tick["text"] for tick in drawn[ticks]]
        assert len(labels) == len(set(labels)) >= 2


def test_losses_from_end_to_end_of_the_doubles(modules):
    curve = [{"epoch": 1, "loss": -1.7e308}, {"epoch": 2, "loss": 1.7e308}]
    drawn = modules.evaluate(LAYOUTS, [curve, {}])
    assert re.fullmatch(r"M[\d.]+ [\d.]+L[\d.]+ [\d.]+", drawn["raw"])
    assert drawn["rows"]


@pytest.mark.parametrize(
    ("least", "most", "count", "ticks"),
    [
        (0, 3, 4, [0, 1, 2, 3]),
        (0, 0.3, 3, [0, 0.1, 0.2, 0.3]),
        (0.12, 0.61, 5, [0.2, 0.3, 0.4, 0.5, 0.6]),
        (-1, 1, 4, [-1, -0.5, 0, 0.5, 1]),
        (0, 950, 4, [0, 500]),
    ],
)
def test_ticks_are_pleasant_numbers(modules, least, most, count, ticks):
    call = "async ([range, count]) => (await import('/panel/ticks.js')).niceTicks(range, count)"
    assert modules.evaluate(call, [[least, most], count]) == ticks


@pytest.mark.parametrize(
    ("losses", "labels"),
    [
        ([5.5, 0.12], ["0.2", "0.5", "1", "2", "5"]),
        ([0.5, 0.4], ["0.4", "0.42", "0.44", "0.46", "0.48", "0.5"]),
        ([1e-9, 1e9], ["1E-9", "1E-7", "1E-5", "0.001", "0.1", "10", "1,000", "100,000", "1E7", "1E9"]),
    ],
)
def test_a_log_scale_has_ticks_at_1_2_and_5(modules, losses, labels):
    curve = [{"epoch": index + 1, "loss": loss} for index, loss in enumerate(losses)]
    drawn = modules.evaluate(LAYOUTS, [curve, {"isLog": True}])
    assert [row["text"] for row in drawn["rows"]] == labels


@pytest.mark.parametrize("size", [(80, 60), (160, 60), (320, 200), (3840, 1200)])
@pytest.mark.parametrize("axis", ["epoch", "time", "steps"])
@pytest.mark.parametrize("length", [1, 90, 1e7])
def test_at_any_size_two_ticks_stand_beside_each_other(modules, size, axis, length):
    width, height = size
    curve = [
        {"epoch": 1 + at * length, "steps": at * length, "time": at * length, "loss": 2 - at}
        for at in (0, 1)
    ]
    drawn = modules.evaluate(
        LAYOUTS, [curve, {"width": width, "height": height, "em": 13, "axis": axis}]
    )
    for ticks, place in (("rows", "y"), ("columns", "x")):
        assert len(drawn[ticks]) >= 2
        assert len({tick["text"] for tick in drawn[ticks]}) == len(drawn[ticks])
        assert all(0 <= tick[place] <= max(size) for tick in drawn[ticks])
    if width >= 320:
        columns = drawn["columns"]
        widest = 0.62 * 13 * max(len(column["text"]) for column in columns)
        assert columns[1]["x"] - columns[0]["x"] > widest
