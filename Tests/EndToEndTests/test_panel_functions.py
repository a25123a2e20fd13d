"""The panel's pure functions, called in the browser that they are made for."""

import json
import re
import subprocess

import pytest
from page_modules import functions_of
from processes import ROOT, pulse_binary


call = functions_of("panel")


STATUS = {
    "status": "running",
    "epoch": 1.0,
    "total_epochs": 3.0,
    "loss": 0.5,
    "message": "",
    "timestamp": 1_700_000_000,
}
PROGRESS = {
    "progress": 33.3,
    "status": "running",
    "epoch": 1.0,
    "total_epochs": 3.0,
    "timestamp": 1_700_000_000,
    "liveness": "live",
    "eta_seconds": None,
    "source": "ok",
    "source_error": None,
}


def status(**fields):
    return {"type": "status", "document": STATUS | fields, "at": 0}


def progress(**fields):
    return {"type": "progress", "document": PROGRESS | fields, "at": 0}


LOST = {"type": "link", "link": "lost", "since": 5, "reason": None}
ENDED = {"type": "link", "link": "ended", "since": 6, "reason": None}
LIVE = {"type": "link", "link": "live", "since": 6, "reason": None}
ASKING = {"type": "asking"}
PROBLEM = {"type": "problem", "document": {"detail": "status.json: empty"}}


@pytest.mark.parametrize(
    ("news", "verdict"),
    [
        ([], "connecting"),
        ([LIVE], "connecting"),
        ([status()], "connecting"),
        ([status(), progress()], "running"),
        ([status(status="idle"), progress(liveness="waiting")], "idle"),
        ([status(status="idle"), progress(liveness="waiting", source="missing")], "idle"),
        ([status(status="done"), progress(liveness="finished")], "done"),
        ([status(status="error"), progress(liveness="finished")], "error"),
        ([status(), progress(liveness="stale")], "stale"),
        # An old document that came back says running, and is no sign of life.
        ([status(), progress(liveness="finished")], "stale"),
        ([status(), progress(liveness="waiting")], "stale"),
        # An archived run that told of no end is over where another one took its place.
        ([status(), progress(liveness="stale"), ENDED], "stale"),
        ([status(), progress(liveness="finished"), ENDED], "replaced"),
        ([status(status="done"), progress(liveness="finished"), ENDED], "done"),
        ([status(status="idle"), progress(liveness="waiting"), ENDED], "idle"),
        # A broken source outranks all that it said before.
        ([status(), progress(source="invalid")], "broken"),
        ([status(), progress(source="missing")], "broken"),
        ([status(), progress(source="unreadable", liveness="stale")], "broken"),
        ([status(status="done"), progress(source="missing", liveness="finished")], "broken"),
        ([PROBLEM], "broken"),
        ([status(), progress(), PROBLEM], "broken"),
        ([PROBLEM, status(), progress()], "running"),
        # A server that isn't heard outranks everything.
        ([LOST], "unreachable"),
        ([status(), progress(source="invalid"), LOST], "unreachable"),
        ([status(), progress(), LOST, LIVE], "running"),
        # But for what was over when it was heard.
        ([status(status="done"), progress(liveness="finished"), LOST], "done"),
        ([status(status="error"), progress(liveness="finished"), LOST], "error"),
        ([status(status="idle"), progress(liveness="waiting"), LOST], "unreachable"),
        ([status(status="done"), progress(source="invalid"), LOST], "unreachable"),
        ([status(status="done"), progress(), PROBLEM, LOST], "unreachable"),
    ],
)
def test_the_verdict_is_the_worst_that_is_known(modules, news, verdict):
    assert call(modules, "state", "m.verdict(a[0].reduce(m.reduce, m.nothing))", news) == verdict


def epochs(page, news):
    script = "a[0].reduce(m.reduce, m.nothing).curve.map((point) => point.epoch)"
    return call(page, "state", script, news)


def history(*values):
    document = {
        "timestamp": [0] * len(values),
        "epoch": list(values),
        "loss": [1.0] * len(values),
    }
    return {"type": "history", "document": document}


@pytest.mark.parametrize(
    ("news", "curve"),
    [
        ([status(epoch=1), status(epoch=2)], [1, 2]),
        # What goes back is the server's to judge: a resume, another run, or a late line.
        ([status(epoch=2), status(epoch=1)], [2]),
        ([status(epoch=2), status(epoch=1), history(1)], [1]),
        ([status(epoch=1), status(epoch=2), status(epoch=1), history(1, 2)], [1, 2]),
        ([status(epoch=1), status(epoch=1, loss=0.4)], [1, 1]),
        ([status(epoch=1), status(status="done", epoch=3)], [1, 3]),
        ([status(epoch=2), status(status="error", epoch=0)], [2]),
        ([status(epoch=2), status(status="done", epoch=3), status(epoch=3.5)], [2, 3]),
        ([status(epoch=2), status(status="done", epoch=3), status(epoch=0), history(0)], [0]),
        ([status(epoch=0, loss=0), status(epoch=1), status(epoch=2)], [1, 2]),
        ([status(epoch=2), status(status="done", epoch=3), status(status="done", epoch=4)], [2, 3]),
        ([status(epoch=2), status(status="idle", epoch=0)], []),
        ([status(status="idle", epoch=0), status(status="error", epoch=1)], [1]),
        # A run that begins may turn out to be the resume of another.
        (
            [status(status="error", epoch=3), status(epoch=0), history(0)]
            + [status(epoch=2), history(0, 2), status(epoch=2.1), history(0, 1, 2, 2.1)],
            [0, 1, 2, 2.1],
        ),
        ([status(epoch=3), history(1, 2, 3)], [1, 2, 3]),
        ([status(epoch=4), status(epoch=5), history(1, 2, 3, 4)], [1, 2, 3, 4, 5]),
        ([status(epoch=4), history()], [4]),
        # What the server has thinned, or has forgotten, is not there.
        ([status(epoch=step) for step in (1, 2, 3, 4)] + [history(1, 4)], [1, 4]),
        ([status(epoch=1), status(epoch=2), status(epoch=3), history(3)], [3]),
        ([status(epoch=1), ASKING, history()], []),
        # What came since it was asked is.
        ([status(epoch=1), ASKING, status(epoch=2), history(1)], [1, 2]),
        ([status(epoch=1), ASKING, status(epoch=2), history()], [2]),
    ],
)
def test_the_curve_is_the_servers_wherever_a_status_does_not_simply_continue_it(modules, news, curve):
    assert epochs(modules, news) == curve


def asked(page, news):
    return call(page, "state", "a[0].reduce(m.reduce, m.nothing).asked", news)


def test_the_servers_curve_is_read_again_and_never_thinned_here(modules):
    """After so many points, or so long: the server saw more than a panel that polls, or is slow."""
    news = [status(epoch=step) for step in range(256)]
    assert asked(modules, news[:255]) == 0
    assert asked(modules, news) == 1
    assert epochs(modules, news) == list(range(256))
    for at, update in enumerate(news[:7]):
        update["at"] = 10_000 * at
    assert asked(modules, news[:6]) == 0
    assert asked(modules, news[:7]) == 1
    # Once for all of them, whether or not there was an answer.
    assert asked(modules, [*news[:7], ASKING, status(epoch=8) | {"at": 70_000}]) == 1


def test_a_curve_that_no_server_gives_is_bounded(modules):
    script = """Array.from({ length: 9000 }, (_, epoch) => ({ ...a[0], document: { ...a[0].document, epoch } }))
      .reduce(m.reduce, m.nothing).curve.map((point) => point.epoch)"""
    curve = call(modules, "state", script, status())
    assert len(curve) == 8192
    assert curve[-1] == 8999


def times_left(modules, news, moments):
    """What the panel says of the time left, at each of these moments."""
    script = """await (async () => {
      const state = a[0].reduce(m.reduce, m.nothing);
      const { describe } = await import('/panel/describe.js');
      const { formatsFor } = await import('/panel/format.js');
      const { wordsFor } = await import('/panel/words.js');
      const text = { ...wordsFor('en'), formats: formatsFor('en'), title: '' };
      return a[1].map((now) => describe(state, now, text).texts)
        .map((texts) => [texts['time-left'], texts.until]);
    })()"""
    return call(modules, "state", script, news, moments)


def test_an_estimate_that_has_run_out_is_unknown(modules):
    """It is no promise: it says since when nothing came."""
    start = 1_700_000_000_000
    news = [status(timestamp=start // 1000), progress(eta_seconds=60.0)]
    for update in news:
        update["at"] = start
    (left, until), (over, since) = times_left(modules, news, [start + 30_000, start + 61_000])
    assert left.startswith("30 sec")
    assert until.startswith("finishes around ")
    assert over == "unknown"
    assert since.startswith("taking longer than estimated; no update since ")


@pytest.mark.parametrize(("late", "left"), [(0.9, "1 min"), (31, "30 sec"), (62, "unknown")])
@pytest.mark.parametrize("ahead", [0, 7200])
def test_an_estimate_is_of_the_update_and_not_of_the_visit(modules, late, left, ahead):
    """A page that is opened late, or comes back, promises no more than one that was open."""
    start = 1_700_000_000_000
    at = start + int(late * 1000)
    # The server's clock may be another than the browser's.
    server = {"server": at + ahead * 1000, "sent": at - 500, "received": at + 500}
    news = [
        {"type": "clock"} | server,
        status(timestamp=start // 1000 + ahead) | {"at": at},
        progress(eta_seconds=60.0) | {"at": at},
    ]
    [[told, _]] = times_left(modules, news, [at])
    assert told.startswith(left)


FILE_REASONS = {
    "missing": "No such file or directory",
    "no_directory": "its directory does not exist",
    "not_regular": "not a regular file",
    "permission_denied": "Permission denied",
    "changing": "changes all the time while it is read",
    "overdue": "the last poll of it is too long ago",
    "io_error": "Input/output error",
}


def reasons():
    """Each code with a sentence of the server for it: those of the fixtures as `pulse check` tells them."""
    yield from ((code, f"status.json: {text}") for code, text in FILE_REASONS.items())
    seen = set()
    for folder in (ROOT / "docs/fixtures", ROOT / "docs/fixtures/v2"):
        for fixture in json.loads((folder / "index.json").read_text())["invalid"]:
            # Fields are told in the same way.
            if (kind := (fixture["reason"], fixture["what"][:4])) in seen:
                continue
            seen.add(kind)
            file = str(folder / fixture["file"])
            check = subprocess.run([pulse_binary(), "check", file], capture_output=True, text=True)
            for line in (check.stderr + check.stdout).splitlines():
                sentence, _, tag = line.removeprefix(f"{file}: ").rpartition(" [reason=")
                if sentence:
                    yield tag.split()[0].rstrip("]"), sentence


def test_each_reason_is_known_by_its_code_and_said_in_russian(modules):
    codes, sentences = zip(*reasons(), strict=True)
    script = "a[0].map((text) => [m.codeOf(text), m.explain(text, 'ru-RU'), m.explain(text, 'en')])"
    found = call(modules, "reasons", script, sentences)
    for code, sentence, (known, russian, english) in zip(codes, sentences, found, strict=True):
        assert known == code, sentence
        assert re.search("[а-яё]", russian), code
        assert english == ""
    assert call(modules, "reasons", "m.explain('anything else', 'ru')") == ""


def clock(server, sent, received):
    return {"type": "clock", "server": server, "sent": sent, "received": received}


@pytest.mark.parametrize(
    ("news", "least", "most"),
    [
        ([], 0, 0),
        # The Date of an answer is the whole second before it.
        ([clock(10_000, 10_400, 10_420)], 0, 500),
        ([clock(10_000, 10_900, 10_920), clock(12_000, 12_050, 12_060)], -60, 100),
        ([clock(3_610_000, 10_400, 10_420)], 3_599_500, 3_600_600),
        # One of the clocks was set.
        ([clock(10_000, 10_400, 10_420), clock(3_611_000, 11_400, 11_420)], 3_599_500, 3_600_600),
    ],
)
def test_the_servers_clock_is_found(modules, news, least, most):
    script = "m.ahead(a[0].reduce(...await import('/panel/state.js').then((s) => [s.reduce, s.nothing])))"
    ahead = call(modules, "clock", script, news)
    assert least <= ahead <= most


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (0, "0%", "0\u00a0%"),
        (83.33333333333333, "83.3%", "83,3\u00a0%"),
        (99.9999, "99.9%", "99,9\u00a0%"),
        (28.999999999999996, "29.0%", "29,0\u00a0%"),
        (100, "100%", "100\u00a0%"),
    ],
)
def test_percent(modules, value, english, russian):
    script = "['en', 'ru'].map((locale) => m.formatsFor(locale).percent(a[0]))"
    assert call(modules, "format", script, value) == [english, russian]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "-0"),
        (0.5, "0.5"),
        (0.12345678, "0.1235"),
        (1234.5, "1,235"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234E-5"),
        (1e6, "1E6"),
        (-2.5e300, "-2.5E300"),
    ],
)
def test_numbers_have_four_digits(modules, value, text):
    assert call(modules, "format", "m.formatsFor('en').number(a[0])", value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 sec"),
        (59, "59 sec"),
        (60, "1 min"),
        (61, "1 min 1 sec"),
        (3599, "59 min 59 sec"),
        (3600, "1 hr"),
        (7300, "2 hr 1 min"),
        (3605, "1 hr"),
        (86_400, "1 day"),
        (100_000, "1 day 3 hr"),
        (1e12, "> 1,000 days"),
        (1e308, "> 1,000 days"),
    ],
)
def test_durations_have_two_units(modules, seconds, text):
    assert call(modules, "format", "m.formatsFor('en').duration(a[0])", seconds) == text


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (0, "now", "сейчас"),
        (0.9, "now", "сейчас"),
        (1, "1 second ago", "1 секунду назад"),
        (3, "3 seconds ago", "3 секунды назад"),
        (119, "119 seconds ago", "119 секунд назад"),
        (120, "2 minutes ago", "2 минуты назад"),
        (7200, "2 hours ago", "2 часа назад"),
        (10 * 86_400, "10 days ago", "10 дней назад"),
        (-90, "in 90 seconds", "через 90 секунд"),
    ],
)
def test_ages(modules, seconds, english, russian):
    script = "['en', 'ru'].map((locale) => m.formatsFor(locale).ago(a[0]))"
    assert call(modules, "format", script, seconds) == [english, russian]


def test_times_name_another_day(modules):
    script = "a.map((time) => m.formatsFor('en-GB').time(time, a[0]))"
    noon = 1_700_049_600_000
    times = call(modules, "format", script, noon, noon + 60_000, noon - 86_400_000, 1e300)
    assert times == ["12:00:00", "12:01:00", "14 Nov 2023, 12:00:00", "—"]


@pytest.mark.parametrize(
    ("asked", "preferred", "locale"),
    [
        ("ru", ["en-US"], "ru"),
        ("RU-ru", [], "RU-ru"),
        (None, ["de", "ru-RU", "en"], "ru-RU"),
        (None, ["de"], "en"),
        ("xx", [], "en"),
        ("en-GB", ["ru"], "en-GB"),
    ],
)
def test_the_language_is_the_first_that_is_spoken(modules, asked, preferred, locale):
    script = "m.wordsFor(a[0], a[1]).locale"
    assert call(modules, "words", script, asked, preferred) == locale
