"""The panel in other people's pages, and other frontends: the examples of docs/FRONTENDS.md."""

import re
import subprocess
from pathlib import Path

import pytest
from documents import take
from panel import Panel
from playwright.sync_api import expect
from processes import ROOT, free_port, wait_until

PAGE = "docs/FRONTENDS.md"
DOCUMENT = (ROOT / PAGE).read_text()
NAMES = {
    int(DOCUMENT.count("\n", 0, match.end())) + 1: match[1]
    for match in re.finditer(r"<!-- example: (\S+) -->\n", DOCUMENT)
}
#: The examples by the names that stand before them.
EXAMPLES = {
    NAMES[block.line]: block.text for kind in ("html", "jsx") for block in take(PAGE, kind)
}
#: What curl shows of the stream.
[STREAM] = take(PAGE, "")


@pytest.fixture
def cors_server(serve, site, status_file):
    """A server that lets the site's pages read its answers."""
    status_file.running(epoch=1.5)
    return serve("--cors-origin", site.origin, port=free_port())


def show(page, site, server, example):
    """Open an example as it stands in the document, but with this test's server."""
    site.pages["/"] = EXAMPLES[example].replace("http://localhost:8080", server.url)
    page.goto(site.origin)


def test_the_panel_works_in_a_page_of_another_origin(cors_server, site, status_file, page):
    show(page, site, cors_server, "embed.html")
    panel = Panel(page)
    panel.expect(label="ResNet on CIFAR-10", state="Running", percent="50.0%", connection="Connected")
    status_file.running(epoch=2.25)
    panel.expect(percent="75.0%")
    # Page and title stay the host's.
    expect(page).to_have_title("My experiment")


def test_without_cors_the_browser_keeps_the_panel_out(server, site, status_file, page):
    status_file.running(epoch=1.5)
    site.pages["/training-panel.js"] = ""
    show(page, site, server, "embed.html")
    page.wait_for_timeout(500)
    assert page.evaluate("customElements.get('training-panel')") is None

    # Even where the module itself is at hand, the data isn't.
    page.route("**/*.js", lambda route: fulfill_with_file(route))
    page.reload()
    panel = Panel(page)
    panel.expect(state="Server unreachable", percent="—")


def fulfill_with_file(route):
    path = ROOT / "public" / route.request.url.split("/", 3)[3]
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
    route.fulfill(body=path.read_text(), headers=headers)


def test_the_strictest_policy_of_a_host_page_is_kept(cors_server, site, status_file, page):
    site.policy = (
        f"default-src 'none'; script-src {cors_server.url}; connect-src {cors_server.url}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    show(page, site, cors_server, "embed.html")
    panel = Panel(page)
    panel.expect(state="Running", percent="50.0%", connection="Connected")
    # The style holds: the bar is half full. The fixture checks that no violation was reported.
    bar, fill = (panel.part(name).bounding_box()["width"] for name in ("bar", "fill"))
    assert fill == pytest.approx(bar / 2, abs=1)


FRAME = '<!doctype html><iframe src="{}/" title="Pulse"></iframe>'


@pytest.mark.parametrize("option", ["--cors-origin", "--frame-ancestor"])
def test_the_panel_shows_in_a_frame_of_a_named_origin(serve, site, status_file, page, option):
    status_file.running(epoch=1.5)
    server = serve(option, site.origin)
    site.pages["/"] = FRAME.format(server.url)
    page.goto(site.origin)
    frame = page.frame_locator("iframe")
    expect(frame.locator("training-panel [part=percent]")).to_have_text("50.0%")


def test_a_frame_of_another_origin_stays_empty(serve, site, status_file, browser):
    status_file.running(epoch=1.5)
    server = serve("--frame-ancestor", "https://example.org")
    site.pages["/"] = FRAME.format(server.url)
    # In a context of its own: a refusal that the browser reports is what is wanted here.
    context = browser.new_context()
    page = context.new_page()
    with page.expect_console_message(lambda line: "frame-ancestors" in line.text):
        page.goto(site.origin)
    expect(page.frame_locator("iframe").locator("training-panel")).to_have_count(0)
    context.close()


def test_the_frame_policy_lists_what_was_named(serve):
    server = serve(
        "--cors-origin", "https://a.example", "--frame-ancestor", "https://b.example:8443"
    )
    told = server.get("/").headers["content-security-policy"]
    assert told.endswith("; frame-ancestors 'self' https://a.example https://b.example:8443")
    assert "x-frame-options" not in server.get("/").headers


def test_a_hidden_element_tells_its_data(cors_server, site, status_file, page):
    show(page, site, cors_server, "headless.html")
    expect(page).to_have_title("50.0% · Running")
    expect(page.locator("#mine")).to_have_text("50.0%")
    expect(page.locator("training-panel")).to_be_hidden()
    status_file.document(loss=float("nan"))
    expect(page.locator("#mine")).to_contain_text("loss is NaN")


def test_the_look_can_be_changed(cors_server, site, page):
    show(page, site, cors_server, "theme.html")
    panel = Panel(page)
    panel.expect(state="Running")
    style = panel.root.evaluate(
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.borderRadius]; }"
    )
    assert style == ["rgb(30, 30, 46)", "0px"]
    expect(panel.part("figures")).to_be_hidden()
    fill = panel.part("fill").evaluate("e => getComputedStyle(e).backgroundColor")
    assert fill == "rgb(203, 166, 247)"


def test_parts_and_properties_are_the_documented_ones(server, page):
    Panel.open(page, server)
    parts = page.evaluate(
        """() => [...document.querySelector('training-panel').shadowRoot
          .querySelectorAll('[part]')].map((element) => element.getAttribute('part'))"""
    )
    documented = re.search(r"- Parts, .*?: (.*)\.\n", DOCUMENT)[1]
    assert set(re.findall(r"`([\w-]+)`", documented)) == set(parts) - {"announcement"}
    style = (ROOT / "public" / "panel" / "theme.js").read_text()
    style += (ROOT / "public" / "panel" / "style.js").read_text()
    documented = re.search(r"- Properties: (.*)\.\n", DOCUMENT)[1]
    assert set(re.findall(r"--pulse-\w+", documented)) == set(re.findall(r"--pulse-\w+", style))


def test_a_frontend_of_ones_own(cors_server, site, serve, status_file, page):
    show(page, site, cors_server, "own.html")
    bar, text = page.locator("#bar"), page.locator("#text")
    expect(text).to_have_text("running, epoch 1.5 of 3")
    status_file.running(epoch=2.25)
    expect(text).to_have_text("running, epoch 2.25 of 3")
    assert bar.evaluate("bar => bar.value") == 75
    status_file.document(loss=float("nan"))
    expect(text).to_contain_text("invalid: loss is NaN")
    cors_server.stop()
    expect(text).to_have_text("The server is away")
    status_file.done()
    serve("--cors-origin", site.origin, port=cors_server.port)
    expect(text).to_have_text("done, epoch 3 of 3")


def test_a_frontend_of_ones_own_for_many_runs(runs, site, page):
    some = runs("--cors-origin", site.origin, "--port", str(free_port()))
    some.write("a.json", status="done", epoch=4.0, timestamp=1_700_000_001)
    some.start()
    show(page, site, some.server, "own-runs.html")
    rows = page.locator("#list > li")
    expect(rows).to_have_text(["a: done, 100 %"])
    some.write("b.json", epoch=1.0, timestamp=1_700_000_002)
    expect(rows).to_have_text(["b: stale, 25 %", "a: done, 100 %"])
    some.write("b.json", epoch=2.0, timestamp=1_700_000_003)
    expect(rows).to_have_text(["b: running, 50 %", "a: done, 100 %"])
    # A run is followed by another of its source, and stays listed.
    some.write("a.json", epoch=0.0, timestamp=1_700_000_004)
    expect(rows).to_have_text(["a: running, 0 %", "b: running, 50 %", "a: done, 100 %"])
    # What vanishes while the server is away is gone when it is back.
    some.server.stop()
    (some.directory / "b.json").unlink()
    some.flags = (*some.flags, "--no-archive")
    some.start()
    expect(rows).to_have_text(["a: stale, 0 %"])


def test_without_cors_no_frontend_of_another_origin_reads_anything(server, site, page):
    show(page, site, server, "own.html")
    expect(page.locator("#text")).to_have_text("The server is away")


DEBIAN = Path("/usr/share/nodejs")


def test_react(cors_server, site, status_file, page):
    """With Debian's React; its esbuild turns the JSX into what a browser reads."""
    for library in ("react/umd/react", "react-dom/umd/react-dom"):
        source = DEBIAN / f"{library}.production.min.js"
        site.pages[f"/{library}.js"] = source.read_text()
    module = subprocess.run(
        ["esbuild", "--loader=jsx", "--format=esm"],
        input=EXAMPLES["Training.jsx"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # The libraries come as globals here, where a bundler would give modules.
    module = re.sub(r"import (\{.*?\}) from \"react\";", r"const \1 = React;", module)
    site.pages["/Training.js"] = module
    site.pages["/"] = f"""<!doctype html>
        <script type="module" src="{cors_server.url}/training-panel.js"></script>
        <script src="/react/umd/react.js"></script>
        <script src="/react-dom/umd/react-dom.js"></script>
        <div id="root"></div>
        <script type="module">
          import {{ Training }} from '/Training.js';
          const root = ReactDOM.createRoot(document.querySelector('#root'));
          root.render(React.createElement(Training, {{ src: '{cors_server.url}' }}));
          window.unmount = () => root.unmount();
        </script>"""
    page.goto(site.origin)
    panel = Panel(page)
    panel.expect(label="From React", percent="50.0%")
    expect(page.locator("#root > p")).to_have_text("50.0 % done")
    status_file.running(epoch=2.25)
    expect(page.locator("#root > p")).to_have_text("75.0 % done")
    page.evaluate("unmount()")
    expect(panel.root).to_have_count(0)


def test_curl(server, status_file):
    status_file.running(epoch=2.5, loss=0.42, message="step 250")
    wait_until(lambda: server.get("/status").json()["epoch"] == 2.5, "it is served")
    commands = re.findall(r"^curl .*?(?= *#|$)", DOCUMENT, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        words = command.replace("http://localhost:8080", server.url).split()
        limit = ["--max-time", "4"] if "-N" in words else ["--fail"]
        run = subprocess.run([*words, "-sS", *limit], capture_output=True, text=True, check=False)
        if "-N" not in words:
            assert run.returncode == 0
            assert run.stdout.startswith("{")
            continue
        # The document shows the same lines: numbers and names may differ.
        shown = STREAM.text.partition("\n\nevent: heartbeat")[0]
        assert [re.sub(r"[\d.]+|: [0-9a-f]+-\d+", "0", line) for line in shown.splitlines()] == [
            re.sub(r"[\d.]+|: [0-9a-f]+-\d+", "0", line)
            for line in run.stdout.rstrip("\n").splitlines()
        ]


def test_the_element_can_be_moved_renamed_and_redirected(cors_server, site, page):
    show(page, site, cors_server, "embed.html")
    panel = Panel(page)
    panel.expect(percent="50.0%", connection="Connected")
    page.evaluate(
        """() => {
          const box = document.createElement('div');
          document.body.append(box);
          box.append(document.querySelector('training-panel'));
        }"""
    )
    panel.expect(percent="50.0%", connection="Connected")
    page.evaluate("document.querySelector('training-panel').setAttribute('label', 'Renamed')")
    panel.expect(label="Renamed")
    page.evaluate(
        "document.querySelector('training-panel').setAttribute('src', 'http://127.0.0.1:9')"
    )
    panel.expect(state="Server unreachable", percent="—", message="")
    page.evaluate(
        "url => document.querySelector('training-panel').setAttribute('src', url)",
        cors_server.url,
    )
    panel.expect(state="Running", percent="50.0%")


def test_several_panels_live_on_one_page(cors_server, site, page):
    element = f'<training-panel src="{cors_server.url}"></training-panel>'
    script = f'<script type="module" src="{cors_server.url}/training-panel.js"></script>'
    # Loaded twice, as happens in a page of many parts.
    site.pages["/"] = f"<!doctype html>{script}{script}{element}{element}"
    page.goto(site.origin)
    expect(page.locator("training-panel [part=percent]")).to_have_text(["50.0%", "50.0%"])


def test_the_panel_turns_with_a_right_to_left_page(cors_server, site, page):
    site.pages["/"] = f"""<!doctype html><html dir="rtl">
        <script type="module" src="{cors_server.url}/training-panel.js"></script>
        <training-panel src="{cors_server.url}"></training-panel>"""
    page.goto(site.origin)
    panel = Panel(page)
    panel.expect(percent="50.0%")
    bar, fill = (panel.part(name).bounding_box() for name in ("bar", "fill"))
    assert fill["x"] + fill["width"] == pytest.approx(bar["x"] + bar["width"], abs=1)


def test_a_server_below_a_path_works(cors_server, site, status_file, page):
    """As behind a reverse proxy: `https://example.org/pulse/`."""
    site.pages["/"] = f"""<!doctype html>
        <script type="module" src="{cors_server.url}/training-panel.js"></script>
        <training-panel src="/pulse"></training-panel>"""
    asked = []

    def forward(route):
        asked.append(route.request.url)
        path = route.request.url.split("/pulse", 1)[1]
        answer = cors_server.get(path) if "events" not in path else None
        if answer is None:
            return route.abort()
        return route.fulfill(body=answer.body, content_type=answer.headers["content-type"])

    page.route("**/pulse/**", forward)
    page.goto(site.origin)
    Panel(page).expect(percent="50.0%", connection="Polling")
    assert {url.rsplit("/", 1)[1] for url in asked} >= {"status", "progress", "events"}


def test_the_declared_types_are_what_is_told(server, status_file, page):
    declared = (ROOT / "public" / "training-panel.d.ts").read_text()
    status_file.running(epoch=1.5)
    page.add_init_script(
        """window.told = {};
        for (const name of ['status', 'progress', 'verdict']) {
          addEventListener(`pulse-${name}`, ({ detail }) => (told[name] = Object.keys(detail)));
        }"""
    )
    Panel.open(page, server).expect(percent="50.0%")
    for name, fields in page.evaluate("told").items():
        body = re.search(rf"interface Pulse{name.title()} {{\n(.*?)\n}}", declared, re.DOTALL)[1]
        assert set(re.findall(r"^  (\w+):", body, re.MULTILINE)) == set(fields)
    assert len(page.evaluate("told")) == 3
