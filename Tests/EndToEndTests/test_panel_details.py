"""What PULSE v2 adds to the panel: figures, metrics as further curves, and servers that know v1 alone."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from panel import Panel
from playwright.sync_api import expect
from processes import wait_until
from run_details import NOTHING

START = 1_700_000_000
FIGURES = {
    "steps": ({"steps_done": 1310, "total_steps": 3720}, "1,310 of 3,720"),
    "lr": ({"lr": 1.2e-05}, "1.2E-5"),
    "batch": ({"batch_size": 1024}, "1,024"),
    "memory": ({"gpu_memory_usage": 21474836480}, "20\u00a0GiB"),
    "profile": ({"profile": "qwen-lora"}, "qwen-lora"),
    "dataset": ({"dataset": "alpaca_en,identity"}, "alpaca_en,identity"),
}
FULL = {field: value for fields, _ in FIGURES.values() for field, value in fields.items()}


def report(status_file, **fields):
    """Write a document of version 2."""
    status_file.document(**{"version": 2, "total_epochs": 4.0} | NOTHING | fields)


@pytest.fixture
def train(status_file):
    """Writes four epochs, each seen before the next; what is evaluated comes with every other."""

    def write(server):
        for epoch in range(1, 5):
            metrics = {"grad_norm": 10.0 / epoch}
            if epoch % 2 == 0:
                metrics["eval_loss"] = 2.5 / epoch
            fields = {"steps_done": 100 * epoch, "total_steps": 400, "timestamp": START + epoch}
            report(status_file, epoch=epoch, loss=2 / epoch, metrics=metrics, **fields)
            wait_until(
                lambda at=epoch: server.get("/v2/history").json()["epoch"][-1:] == [at], "it is seen"
            )

    return write


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_is_shown_where_it_is_known(server, status_file, page, name):
    fields, text = FIGURES[name]
    report(status_file, epoch=1.0, **fields)
    panel = Panel.open(page, server)
    panel.expect(**{name: text})
    for other in FIGURES.keys() - {name}:
        expect(panel.part(other)).to_be_hidden()
    assert panel.part("details").locator("dt:visible").count() == 1
    # And no more when it isn't told any more.
    report(status_file, epoch=1.5)
    panel.expect(epoch="1.5 of 4")
    expect(panel.part("details")).to_be_hidden()


def test_a_number_is_told_as_it_is_known(server, status_file, page):
    report(status_file, epoch=0.5, steps_done=0, lr=0.0, gpu_memory_usage=0)
    panel = Panel.open(page, server)
    panel.expect(steps="0", lr="0", memory="0\u00a0B")
    report(status_file, epoch=1.0, total_steps=10, gpu_memory_usage=1536 * 1024)
    panel.expect(memory="1.5\u00a0MiB", epoch="1 of 4")
    # Steps that are planned, and none that is known to be done.
    expect(panel.part("steps")).to_be_hidden()


def test_of_a_trainer_of_v1_nothing_is_shown(server, status_file, page):
    status_file.running(epoch=0.5)
    panel = Panel.open(page, server)
    status_file.running(epoch=1.0)
    panel.expect(epoch="1 of 3")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "1")
    expect(panel.part("details")).to_be_hidden()
    expect(panel.part("metrics")).to_be_hidden()
    expect(panel.part("axis").locator("option[value=steps]")).to_be_hidden()
    assert page.evaluate("Object.keys(document.querySelector('training-panel').status).length") == 6


def test_a_loss_that_a_document_has_not_is_the_last_one(server, status_file, page):
    report(status_file, epoch=0.0, loss=None)
    panel = Panel.open(page, server)
    panel.expect(loss="—", epoch="0 of 4")
    report(status_file, epoch=1.0, loss=0.75)
    panel.expect(loss="0.75")
    report(status_file, epoch=1.5, loss=None)
    panel.expect(loss="0.75", epoch="1.5 of 4")
    page.reload()
    panel.expect(loss="0.75", epoch="1.5 of 4")
    # 0 is a loss that was measured.
    report(status_file, epoch=2.0, loss=0.0)
    panel.expect(loss="0", epoch="2 of 4")


def test_the_pages_around_it_get_both_versions(server, status_file, page):
    page.add_init_script(
        "window.told = []; addEventListener('pulse-status', ({ detail }) => told.push(detail));"
    )
    report(status_file, epoch=1.0, loss=0.5, **FULL)
    panel = Panel.open(page, server)
    panel.expect(profile="qwen-lora")
    seen = page.evaluate(
        "(({ status, details }) => ({ status, details }))(document.querySelector('training-panel'))"
    )
    assert seen["status"] == server.get("/status").json() == page.evaluate("told.at(-1)")
    assert seen["details"] == server.get("/v2/status").json()


def test_metrics_are_chosen_and_the_choice_is_kept(server, status_file, page, train):
    train(server)
    panel = Panel.open(page, server)
    box = panel.part("metrics").get_by_role("checkbox")
    expect(panel.part("metrics").get_by_text("grad_norm")).to_be_visible()
    # At first the losses: what has another scale would flatten them.
    expect(panel.part("metric")).to_have_count(1)
    chosen = panel.part("metrics").get_by_label("eval_loss")
    expect(chosen).to_be_checked()
    expect(panel.part("metrics").locator("label", has_text="eval_loss")).to_have_text("eval_loss0.625")
    panel.part("metrics").get_by_label("grad_norm").check()
    expect(panel.part("metric")).to_have_count(2)
    chosen.uncheck()
    expect(panel.part("metric")).to_have_count(1)
    address = page.url
    page.reload()
    expect(panel.part("metric")).to_have_count(1)
    expect(box).to_have_count(2)
    expect(chosen).not_to_be_checked()
    expect(panel.part("metrics").get_by_label("grad_norm")).to_be_checked()
    assert page.url == address
    assert "?" not in address


def test_a_metric_is_drawn_where_it_was_told(server, status_file, page, train):
    train(server)
    panel = Panel.open(page, server)
    expect(panel.part("metric")).to_have_attribute("d", re.compile(r"^M[\d.]+ [\d.]+L[\d.]+ [\d.]+h0$"))
    curve = re.split("[ML]", panel.part("curve").get_attribute("d"))[1:]
    metric = re.split("[ML]", panel.part("metric").get_attribute("d").removesuffix("h0"))[1:]
    places = [pair.split()[0] for pair in curve]
    assert [pair.split()[0] for pair in metric] == [places[1], places[3]]
    expect(panel.part("readout")).to_contain_text("loss 0.5 · eval_loss 0.625 · step 400")
    # A new one joins it, without another word from the server's curve.
    report(status_file, epoch=4.5, loss=0.4, metrics={"eval_loss": 0.6, "accuracy": 0.9})
    expect(panel.part("metrics").get_by_text("accuracy")).to_be_visible()
    expect(panel.part("metric")).to_have_attribute("d", re.compile(r"(L.*){2}h0"))


def test_the_chart_goes_over_steps(server, page, train):
    train(server)
    panel = Panel.open(page, server)
    panel.part("axis").select_option("steps")
    texts = panel.part("plot").locator("g").nth(0).locator("text")
    expect(texts.filter(has_text=re.compile("^[1-4]00$")).first).to_be_visible()
    page.reload()
    expect(panel.part("axis")).to_have_value("steps")


def test_one_stream_is_open(server, status_file, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    report(status_file, epoch=1.0, **FULL)
    panel = Panel.open(page, server)
    panel.expect(connection="Connected", profile="qwen-lora")
    assert server.metric("pulse_event_streams") == 1
    assert [url for url in asked if url.endswith("/events")] == [f"{server.url}/v2/events"]
    assert not [url for url in asked if url.endswith("openapi.json")]


def test_who_can_only_poll_sees_the_figures(server, status_file, page):
    page.route("**/events", lambda route: route.abort())
    report(status_file, epoch=1.0, **FULL)
    panel = Panel.open(page, server)
    panel.expect(connection="Polling", profile="qwen-lora", steps="1,310 of 3,720")
    report(status_file, epoch=2.0, steps_done=2000)
    panel.expect(steps="2,000", epoch="2 of 4")


def test_a_server_of_before_is_shown_without_an_error(serve, status_file, contexts):
    """It is another one than this panel's, and its contract has no paths of v2."""
    home, older = serve(), serve("--cors-origin", "*")
    status_file.running(epoch=1.0)
    page = contexts(bypass_csp=True).new_page()
    contract = older.get("/openapi.json").json()
    contract["paths"] = {path: what for path, what in contract["paths"].items() if "v2" not in path}
    headers = {"Access-Control-Allow-Origin": "*"}
    asked, said = [], []
    page.route(
        f"{older.url}/openapi.json", lambda route: route.fulfill(json=contract, headers=headers)
    )
    page.goto(home.url)
    panel = Panel(page)
    panel.expect(state="Running")
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: said.append(line.text))
    page.evaluate("url => document.querySelector('training-panel').setAttribute('src', url)", older.url)
    status_file.running(epoch=2.25)
    panel.expect(percent="75.0%", connection="Connected")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", re.compile("[0-9]"))
    assert f"{older.url}/events" in asked
    assert not [url for url in asked if "/v2/" in url]
    assert said == []


def test_a_newer_server_elsewhere_is_asked_for_all(serve, status_file, contexts):
    home, other = serve(), serve("--cors-origin", "*")
    report(status_file, epoch=1.0, **FULL)
    page = contexts(bypass_csp=True).new_page()
    asked = []
    page.goto(home.url)
    panel = Panel(page)
    panel.expect(profile="qwen-lora")
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("url => document.querySelector('training-panel').setAttribute('src', url)", other.url)
    report(status_file, epoch=2.0, **FULL | {"profile": "another"})
    panel.expect(profile="another", connection="Connected")
    assert [url for url in asked if url.endswith("/events")] == [f"{other.url}/v2/events"]


def test_a_server_that_became_an_older_one_is_followed(server, status_file, page):
    missing = {"status": 404, "body": "{}", "content_type": "application/problem+json"}
    page.route("**/v2/**", lambda route: route.fulfill(**missing))
    status_file.running(epoch=1.5)
    panel = Panel.open(page, server)
    panel.expect(percent="50.0%", connection="Connected")
    status_file.running(epoch=2.25)
    panel.expect(percent="75.0%")
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "1")


def test_an_archived_run_keeps_its_figures(folder, page):
    def write(**fields):
        folder.write("job", **{"version": 2, "message": ""} | NOTHING | fields)

    write(epoch=0.0, timestamp=START)
    server = folder.serve()
    more = {"run": "a", "attempt": 1, **FULL}
    write(epoch=1.0, loss=0.5, timestamp=START + 1, metrics={"eval_loss": 0.7}, **more)
    wait_until(lambda: server.get("/runs/job").json().get("epoch") == 1.0, "it is seen")
    first = server.get("/runs/job").json()["id"]
    write(epoch=0.0, loss=None, timestamp=START + 100, run="b", attempt=1)
    wait_until(lambda: server.get("/runs/job").json()["id"] != first, "another began")
    page.goto(f"{server.url}/?run={first}")
    panel = Panel(page)
    panel.expect(state="Replaced", connection="Archived", profile="qwen-lora", memory="20\u00a0GiB")
    expect(panel.part("metric")).to_have_count(1)


def test_russian_speakers_read_russian(server, status_file, contexts):
    page = contexts(locale="ru-RU").new_page()
    report(status_file, epoch=1.0, **FULL)
    panel = Panel.open(page, server)
    panel.expect(steps="1\u00a0310 из 3\u00a0720", memory="20\u00a0ГиБ")
    words = ["Шаги", "Скорость обучения", "Размер пакета", "Память GPU", "Профиль", "Набор данных"]
    expect(panel.part("details").locator("dt")).to_have_text(words)


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(server, status_file, contexts, train, scheme, locale):
    train(server)
    names = {f"a/rather-long.name:of@metric_{number:02}": 1.0 + number for number in range(20)}
    long = {"profile": "p" * 256, "dataset": "d" * 256, "metrics": names}
    report(status_file, epoch=4.0, loss=0.5, timestamp=START + 9, **FULL | long)
    page = contexts(color_scheme=scheme, locale=locale).new_page()
    panel = Panel.open(page, server)
    expect(panel.part("metrics").get_by_role("checkbox")).to_have_count(22)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_stands_what_is_drawn(server, page, train):
    train(server)
    panel = Panel.open(page, server)
    expect(panel.part("metrics").get_by_text("grad_norm")).to_be_visible()
    page.emulate_media(media="print")
    expect(panel.part("metrics").get_by_text("eval_loss")).to_be_visible()
    expect(panel.part("metrics").get_by_text("grad_norm")).to_be_hidden()
    expect(panel.part("metrics").locator("input").first).to_be_hidden()


@pytest.mark.parametrize(
    "stored",
    ["null", "[]", '{"metrics": 5}', '{"metrics": [1, null, {}]}', json.dumps({"metrics": ["x"] * 999})],
)
def test_whatever_is_remembered_breaks_nothing(server, page, train, stored):
    train(server)
    page.add_init_script(f"localStorage.setItem('pulse-chart /', {json.dumps(stored)});")
    panel = Panel.open(page, server)
    expect(panel.part("metrics").get_by_role("checkbox")).to_have_count(2)
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "3")
