"""The loss curve from nearer: zoomed, without outliers, over other axes, and as it was left."""

import re

import pytest
from panel import Panel
from playwright.sync_api import expect

POINTS = 201
HALF = re.compile("^(99|100)$")


@pytest.fixture
def curve(serve, status_file, contexts):
    """Opens panels on a server whose curve falls from 2 to 1, with a spike at epoch 6."""
    status_file.running(epoch=10, total=20, loss=1)
    server = serve()
    epochs = [1 + 9 * index / (POINTS - 1) for index in range(POINTS)]
    losses = [2 - index / (POINTS - 1) for index in range(POINTS)]
    losses[110] = 90.0
    history = {
        "timestamp": [1_700_000_000 + 60 * index for index in range(POINTS)],
        "epoch": epochs,
        "loss": losses,
    }

    def open_panel(page=None, **options):
        page = page or contexts(**options).new_page()
        page.route("**/history", lambda route: route.fulfill(json=history))
        panel = Panel.open(page, server)
        expect(panel.part("plot")).to_have_attribute("aria-valuemax", str(POINTS - 1))
        return panel

    return open_panel


def labels(panel):
    """The texts of the ticks: of the values, and of the axis below."""
    ticks = panel.part("plot").locator("text")
    values = panel.part("plot").locator("text[dx]")
    texts = values.all_text_contents()
    return texts, ticks.all_text_contents()[len(texts) :]


def drag(panel, start, end):
    """Drag over a part of the chart; `start` and `end` are shares of its width."""
    box = panel.part("plot").bounding_box()
    y = box["y"] + box["height"] / 2
    mouse = panel.page.mouse
    mouse.move(box["x"] + start * box["width"], y)
    mouse.down()
    mouse.move(box["x"] + end * box["width"], y, steps=3)
    expect(panel.part("selection")).not_to_have_attribute("hidden", "")
    mouse.up()
    expect(panel.part("selection")).to_have_attribute("hidden", "")


def shown(panel):
    return int(panel.part("plot").get_attribute("aria-valuemax")) + 1


def test_outliers_can_be_cut_off_and_are_marked(curve):
    panel = curve()
    values, _ = labels(panel)
    assert float(values[-1]) >= 80
    button = panel.part("cut")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    values, _ = labels(panel)
    assert 1 <= float(values[0]) < float(values[-1]) <= 2
    # One in a hundred at either end, and each has its mark.
    expect(panel.part("outside")).to_have_text("4 beyond the edge")
    expect(panel.part("outlier")).to_have_count(4)
    # What is beyond the edge can still be read.
    panel.part("plot").focus()
    panel.page.keyboard.press("Home")
    for _ in range(5):
        panel.page.keyboard.press("PageUp")
    for _ in range(10):
        panel.page.keyboard.press("ArrowRight")
    expect(panel.part("readout")).to_contain_text("loss 90")
    button.click()
    expect(panel.part("outlier")).to_have_count(0)
    expect(panel.part("outside")).to_be_hidden()


def test_a_part_is_looked_at_by_dragging_and_a_double_click_shows_all(curve):
    panel = curve()
    drag(panel, 0.3, 0.6)
    expect(panel.part("plot")).not_to_have_attribute("aria-valuemax", str(POINTS - 1))
    assert 40 < shown(panel) < 80
    _, columns = labels(panel)
    assert all(3 < float(label) < 7 for label in columns)
    panel.part("plot").dblclick()
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", str(POINTS - 1))
    expect(panel.part("whole")).to_be_hidden()


def test_a_click_is_no_drag(curve):
    panel = curve()
    panel.part("plot").click()
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", str(POINTS - 1))


def test_the_keyboard_zooms_as_well(curve):
    panel = curve()
    panel.part("plot").focus()
    press = panel.page.keyboard.press
    press("Home")
    press("+")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", HALF)
    press("+")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", re.compile("^(49|50)$"))
    press("-")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", HALF)
    press("0")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "200")
    press("+")
    press("Escape")
    press("Escape")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "200")


def test_buttons_zoom_as_well(curve):
    """WCAG 2.2 §2.5.7: whatever is dragged works without dragging."""
    panel = curve()
    panel.part("nearer").click()
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", HALF)
    panel.part("whole").click()
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "200")
    expect(panel.part("plot")).to_be_focused()


def test_the_end_of_the_curve_goes_on_in_sight(curve, status_file):
    panel = curve()
    panel.part("nearer").click()
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", HALF)
    status_file.running(epoch=10.5, total=20, loss=1)
    expect(panel.part("readout")).to_contain_text("epoch 10.5")


def test_the_curve_over_time(curve):
    panel = curve()
    panel.part("axis").select_option("time")
    _, columns = labels(panel)
    assert columns == ["0 hrs", "0.5 hrs", "1 hr", "1.5 hrs", "2 hrs", "2.5 hrs", "3 hrs"]
    # Nobody has told of steps.
    options = panel.part("axis").locator("option:not([hidden])")
    assert options.all_inner_texts() == ["Epoch", "Time since start"]


def test_scale_smoothing_axis_and_cut_are_remembered(curve):
    panel = curve()
    panel.part("log").click()
    panel.part("cut").click()
    panel.part("axis").select_option("time")
    panel.part("smoothing").fill("0.6")
    curve(panel.page)
    for part in ("log", "cut"):
        expect(panel.part(part)).to_have_attribute("aria-pressed", "true")
    expect(panel.part("axis")).to_have_value("time")
    expect(panel.part("smoothing")).to_have_value("0.6")
    expect(panel.part("readout")).to_contain_text("smoothed")


@pytest.mark.parametrize("text", ["", "null", "{", "[]", '{"axis": "toString", "smoothing": "9"}'])
def test_what_others_have_put_there_is_passed_over(curve, contexts, text):
    page = contexts().new_page()
    page.add_init_script(f"localStorage.setItem('pulse-chart /', {text!r})")
    panel = curve(page)
    expect(panel.part("axis")).to_have_value("epoch")
    expect(panel.part("log")).to_have_attribute("aria-pressed", "false")


REFUSED = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('refused', 'SecurityError'); },
});"""


def test_a_page_without_storage_works(curve, contexts):
    """Blocked by the browser's settings: each access is an error."""
    page = contexts(permissions=["notifications"]).new_page()
    page.add_init_script(REFUSED)
    panel = curve(page)
    panel.part("log").click()
    expect(panel.part("log")).to_have_attribute("aria-pressed", "true")
    button = page.get_by_role("button", name="Notify me")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_what_a_finger_chose_stays(curve):
    panel = curve(has_touch=True, viewport={"width": 390, "height": 844})
    newest = panel.part("readout").inner_text()
    plot = panel.part("plot")
    box = plot.bounding_box()
    plot.tap(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(panel.part("readout")).to_have_text(re.compile("^epoch [56]"))
    panel.page.wait_for_timeout(100)
    expect(panel.part("readout")).to_have_text(re.compile("^epoch [56]"))
    panel.part("state").tap()
    expect(panel.part("readout")).to_have_text(newest)


@pytest.mark.parametrize(("width", "height", "least"), [(1920, 1080, 400), (844, 390, 200)])
def test_the_chart_takes_the_height_that_is_there(curve, width, height, least):
    panel = curve(viewport={"width": width, "height": height})
    assert panel.page.evaluate("document.documentElement.scrollHeight") <= height
    box = panel.part("plot").bounding_box()
    assert box["height"] >= least
    assert box["y"] + box["height"] <= height
    page = panel.root.bounding_box()
    assert page["y"] + page["height"] > height - 20
