"""The list of runs in other people's pages: its example, its parts, its types, as they are documented."""

import re

import pytest
from panel import Panel
from playwright.sync_api import expect
from processes import ROOT
from runs_page import RunsPage
from test_frontends import DOCUMENT, EXAMPLES

SECTION = DOCUMENT.partition("## The list of many runs\n")[2].partition("\n## ")[0]


@pytest.fixture
def shown(folder, site, page):
    """The document's example, of a server that lets the site's pages read its answers."""
    folder.sweep(["one", "two"])
    folder.write("three", status="done", epoch=4.0)
    folder.write("two", loss=0.25, timestamp=1_699_999_999)
    server = folder.serve("--cors-origin", site.origin)
    site.pages["/"] = EXAMPLES["runs.html"].replace("http://localhost:8080", server.url)
    page.goto(site.origin)
    return RunsPage(page)


def test_the_list_works_in_a_page_of_another_origin(shown, site):
    shown.expect_names("two", "one")
    expect(shown.part("connection")).to_have_text("Connected")
    shown.state("done").click()
    shown.expect_names("two", "three", "one")
    shown.box("one").check()
    expect(shown.curve("one")).to_have_count(1)
    shown.cell("one", "name").click()
    Panel(shown.page).expect(label="one", percent="25.0%", connection="Connected")
    shown.page.go_back()
    shown.expect_names("two", "three", "one")
    site.pages[shown.page.url.removeprefix(site.origin)] = site.pages["/"]
    shown.page.reload()
    shown.expect_names("two", "three", "one")
    expect(shown.page).to_have_title("Our sweep")


def test_the_strictest_policy_of_a_host_page_is_kept(folder, site, page):
    folder.sweep(["one"])
    server = folder.serve("--cors-origin", site.origin)
    site.policy = (
        f"default-src 'none'; script-src {server.url}; connect-src {server.url}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    site.pages["/"] = f"""<!doctype html>
        <script type="module" src="{server.url}/training-runs.js"></script>
        <training-runs src="{server.url}" label="Ours" lang="ru"></training-runs>"""
    page.goto(site.origin)
    table = RunsPage(page)
    table.expect_names("one")
    expect(table.part("title")).to_have_text("Ours")
    expect(table.cell("one", "state")).to_have_text("Данные устарели")
    table.box("one").check()
    # The style holds: one row is below the other, the bar a quarter full.
    bar, fill = (table.cell("one", part).bounding_box()["width"] for part in ("bar", "fill"))
    assert fill == pytest.approx(bar / 4, abs=1)
    table.cell("one", "name").click()
    Panel(page).expect(label="one", percent="25,0\u00a0%")


def test_the_element_can_be_moved_and_redirected(shown, page):
    shown.expect_names("two", "one")
    page.evaluate(
        """() => {
          const box = document.createElement('div');
          document.body.append(box);
          box.append(document.querySelector('training-runs'));
        }"""
    )
    shown.expect_names("two", "one")
    expect(shown.part("connection")).to_have_text("Connected")
    page.evaluate(
        "document.querySelector('training-runs').setAttribute('src', 'http://127.0.0.1:9')"
    )
    expect(shown.part("notice")).to_be_visible()
    expect(shown.rows).to_have_count(0)


def test_parts_and_properties_are_the_documented_ones(shown, page):
    shown.expect_names("two", "one")
    parts = page.evaluate(
        """() => [...document.querySelector('training-runs').shadowRoot
          .querySelectorAll('[part]')].map((element) => element.getAttribute('part'))"""
    )
    shown.cell("one", "name").click()
    documented = re.search(r"- Parts, .*?: (.*?)\.\n", SECTION, re.DOTALL)[1]
    assert set(re.findall(r"`([\w-]+)`", documented)) <= set(parts) | {"run"}
    theme, style = ((ROOT / "public" / path).read_text() for path in ("panel/theme.js", "table/style.js"))
    assert set(re.findall(r"--pulse-series[\w-]+", theme)) == {
        f"--pulse-series-{number}" for number in range(10)
    }
    assert set(re.findall(r"--pulse-[\w-]+", style)) == {"--pulse-radius"}


def test_the_look_can_be_changed(folder, site, page):
    folder.sweep(["one"])
    server = folder.serve("--cors-origin", site.origin)
    site.pages["/"] = f"""<!doctype html>
        <script type="module" src="{server.url}/training-runs.js"></script>
        <style>
          training-runs {{ color-scheme: dark; --pulse-background: #1e1e2e; --pulse-radius: 0;
            --pulse-warning: #cba6f7; }}
          training-runs::part(tools) {{ display: none; }}
        </style>
        <training-runs src="{server.url}"></training-runs>"""
    page.goto(site.origin)
    table = RunsPage(page)
    table.expect_names("one")
    style = table.root.evaluate(
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.borderRadius]; }"
    )
    assert style == ["rgb(30, 30, 46)", "0px"]
    expect(table.part("tools")).to_be_hidden()
    assert (
        table.cell("one", "state").evaluate("e => getComputedStyle(e).color")
        == "rgb(203, 166, 247)"
    )


def test_the_declared_types_are_what_is_told(folder, page):
    declared = (ROOT / "public" / "training-runs.d.ts").read_text()
    folder.sweep(["one"])
    page.add_init_script(
        """window.told = {};
        for (const name of ['runs', 'view']) {
          addEventListener(`pulse-${name}`, ({ detail }) => (told[name] = Object.keys(detail)));
        }"""
    )
    table = RunsPage.open(page, folder.serve())
    table.state("stale").click()
    told = page.evaluate("told")
    told["item"] = page.evaluate("Object.keys(document.querySelector('training-runs').runs[0])")
    for name, interface in {
        "runs": "PulseRunCounts",
        "view": "PulseView",
        "item": "PulseRun",
    }.items():
        body = re.search(rf"interface {interface} {{\n(.*?)\n}}", declared, re.DOTALL)[1]
        assert set(re.findall(r"^  (\w+):", body, re.MULTILINE)) == set(told[name])
