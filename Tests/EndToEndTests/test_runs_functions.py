"""The pure functions of the list of runs, called in the browser that they are made for."""

import pytest
from page_modules import functions_of


call = functions_of("table")


def item(id="a@1", **fields):
    return {
        "id": id, "source": id.split("@")[0], "current": True, "attempt": 1, "started": 1,
        "updated": 100, "state": "running", "progress": 25.0, "epoch": 1.0, "total_epochs": 4.0,
        "loss": 0.5, "best_loss": 0.5, "message": "", "eta_seconds": None, "source_state": "ok",
        "source_error": None, "details": None,
    } | fields  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "", "search=a%20b%26c", "state=running,error", "sort=-loss", "sort=name", "x=time&log=1",
        "compare=a@1,b", "run=a@1", "search=%3Cb%3E&state=stale&sort=left&compare=a@1.2&x=steps&run=b",
    ],
)  # fmt: skip
def test_a_view_is_the_same_after_its_address(modules, query):
    assert call(modules, "query", "m.format(m.parse(a[0]))", query) == query


@pytest.mark.parametrize(
    "query",
    [
        "sort=toString",
        "state=,,x",
        "compare=../..,a%00b,@1,a@,a@b",
        "x=y",
        "log=0",
        "run=a/b",
        "run=%25",
    ],
)
def test_what_is_no_view_is_passed_over(modules, query):
    assert call(modules, "query", "m.format(m.parse(a[0]))", query) == ""


def test_at_most_ten_are_compared_and_none_twice(modules):
    query = "compare=" + ",".join(["a@1", *(f"r{number}" for number in range(20)), "a@1"])
    chosen = call(modules, "query", "m.parse(a[0]).chosen", query)
    assert [one["id"] for one in chosen] == ["a@1", *(f"r{number}" for number in range(9))]
    assert sorted(one["slot"] for one in chosen) == list(range(10))


def test_colours_stay_when_runs_come_and_go(modules):
    assign = "m.assign(a[0])"
    chosen = [{"id": f"run-{number}@1", "slot": None} for number in range(10)]
    first = call(modules, "colours", assign, chosen)
    assert len({one["slot"] for one in first}) == 10
    for gone in range(10):
        rest = first[:gone] + first[gone + 1 :]
        assert call(modules, "colours", assign, rest) == rest
        grown = call(modules, "colours", assign, [*rest, {"id": "new", "slot": None}])
        assert grown[:-1] == rest
        assert grown[-1]["slot"] == first[gone]["slot"]
    # An address that somebody has written by hand gives each a colour of its own, too.
    twice = [{"id": id, "slot": 3} for id in "ab"]
    assert len({one["slot"] for one in call(modules, "colours", assign, twice)}) == 2


@pytest.mark.parametrize("most", [4, 5, 64, 1000])
def test_thin_curves_keep_ends_and_peaks(modules, most):
    points = [{"epoch": number, "loss": 1.0} for number in range(3000)]
    points[1234]["loss"], points[2345]["loss"] = 9.0, -9.0
    thin = call(modules, "thin", "m.thin(a[0], a[1])", points, most)
    assert len(thin) <= most
    assert thin[0] == points[0]
    assert thin[-1] == points[-1]
    assert {9.0, -9.0} <= {point["loss"] for point in thin}
    assert [p["epoch"] for p in thin] == sorted({p["epoch"] for p in thin})
    assert call(modules, "thin", "m.thin(a[0], a[1])", points[:most], most) == points[:most]


ARRANGE = "(({listed, counts}) => ({ids: listed.map(({id}) => id), counts}))(m.arrange(a[0], a[1]))"


def arranged(page, items, search="", filter=(), sort=None):
    view = {"search": search, "filter": list(filter), "sort": sort}
    return call(page, "order", ARRANGE, items, view)


def test_newest_comes_first_and_what_has_not_begun_last(modules):
    items = [
        item("b@5", started=5),
        item("c", started=None),
        item("a@7", started=7),
        item("a@5", started=5),
    ]
    assert arranged(modules, items)["ids"] == ["a@7", "a@5", "b@5", "c"]


def test_counts_are_those_of_the_search(modules):
    items = [
        item("a@1"),
        item("b@1", state="done"),
        item("ab@1", state="done", message="Ünïcode X"),
    ]
    result = arranged(modules, items, search="a", filter=["running"])
    assert result["ids"] == ["a@1"]
    assert (result["counts"]["done"], result["counts"]["running"]) == (1, 1)
    assert arranged(modules, items, search="ünï x")["ids"] == ["ab@1"]
    assert arranged(modules, items, search="  ")["ids"] == ["a@1", "ab@1", "b@1"]


def test_the_time_left_is_that_of_running_jobs(modules):
    items = [
        item("a@1", eta_seconds=50.0), item("b@1", eta_seconds=5.0, state="stale"),
        item("c@1", eta_seconds=10.0, updated=130), item("d@1"),
    ]  # fmt: skip
    for descends, ids in ((False, ["c@1", "a@1"]), (True, ["a@1", "c@1"])):
        sort = {"key": "left", "descends": descends}
        assert arranged(modules, items, sort=sort)["ids"] == [*ids, "b@1", "d@1"]


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({"loss": 0.0, "best_loss": None}, {"loss": "—", "best": "—"}),
        # A resume that hasn't measured: the best is that of the attempt before.
        ({"loss": 0.0, "best_loss": 0.5}, {"loss": "—", "best": "0.5"}),
        ({"loss": -2.0, "best_loss": -2.5}, {"loss": "-2", "best": "-2.5"}),
        ({"total_epochs": 0.0, "progress": 0.0}, {"percent": "—", "epoch": "1"}),
        ({"state": "done", "total_epochs": 0.0}, {"percent": "—", "state": "Done"}),
        ({"eta_seconds": 60.0}, {"left": "40 secs"}),
        ({"eta_seconds": 10.0}, {"left": "—"}),
        ({"eta_seconds": 60.0, "state": "stale"}, {"left": "—"}),
        ({"attempt": 3, "message": "on"}, {"sub": "attempt 3 · on"}),
        ({"details": {"profile": "p", "dataset": "d"}}, {"sub": "p · d"}),
        ({"updated": 500}, {"updated": "now"}),
        ({"source_state": "missing", "state": "waiting"}, {"fault": ""}),
    ],
)
def test_a_run_is_told(modules, fields, texts):
    script = """await (async () => {
      const { wordsFor } = await import('/table/words.js');
      const { formatsFor } = await import('/panel/format.js');
      return m.describe(a[0], 120_000, { ...wordsFor('en', []), formats: formatsFor('en-GB') }).texts;
    })()"""
    told = call(modules, "describe", script, item(**fields))
    assert {name: told[name] for name in texts} == texts


TAKE = """(() => {
  const runs = new m.Runs();
  return a[0].map(([type, document]) => {
    const isDisordered = runs.take({ type, document });
    return [isDisordered, runs.all.map(({ id }) => id), runs.isComplete, runs.find('a')?.id ?? null];
  });
})()"""


def test_runs_come_and_go_with_the_stream(modules):
    earlier = item("a@1", current=False)
    steps = [
        (["open", None], [False, [], False, None]),
        (["run", item("a@1")], [True, ["a@1"], False, "a@1"]),
        (["run", item("b@1")], [True, ["a@1", "b@1"], False, "a@1"]),
        (["ready", {}], [True, ["a@1", "b@1"], True, "a@1"]),
        (["run", item("a@1", epoch=2.0)], [False, ["a@1", "b@1"], True, "a@1"]),
        # The next run of the source, and the one before it as an earlier one.
        (["gone", {"id": "a@1"}], [True, ["b@1"], True, None]),
        (["run", item("a@2")], [True, ["b@1", "a@2"], True, "a@2"]),
        (["run", earlier], [True, ["b@1", "a@2", "a@1"], True, "a@2"]),
        # A stream that begins anew tells of all: what it leaves out is no more.
        (["reset", {}], [False, ["b@1", "a@2", "a@1"], True, "a@2"]),
        (["run", item("a@2")], [False, ["b@1", "a@2", "a@1"], True, "a@2"]),
        (["ready", {}], [True, ["a@2"], True, "a@2"]),
        (["list", [item("c@1")]], [True, ["c@1"], True, None]),
    ]
    assert call(modules, "runs", TAKE, [step for step, _ in steps]) == [told for _, told in steps]


OVERLAY = """await (async () => {
  const { formatsFor } = await import('/panel/format.js');
  const size = { width: 600, height: 300, em: 12, formats: formatsFor('en-GB') };
  const drawn = m.layout(a[0], { ...size, ...a[1] });
  return drawn && {
    columns: drawn.columns.map(({ text }) => text), rows: drawn.rows.map(({ text }) => text),
    ids: drawn.curves.map(({ id }) => id), paths: drawn.curves.map(({ path }) => path),
    ends: [drawn.at(0), drawn.at(1)],
  };
})()"""


def curve(id, *losses, start=0, pace=60):
    points = [
        {"time": start + pace * number, "epoch": number, "loss": loss, "steps": None}
        for number, loss in enumerate(losses)
    ]
    return {"id": id, "slot": 0, "start": start, "points": points}


def test_curves_share_their_axes(modules):
    runs = [curve("a", 4.0, 2.0, 1.0), curve("b", 3.0, 1.0, 0.5, 0.25, start=1000, pace=3600)]
    drawn = call(modules, "overlay", OVERLAY, runs, {"axis": "epoch", "isLog": False})
    assert drawn["ends"][0]["losses"] == {"a": 4.0, "b": 3.0}
    assert drawn["ends"][1]["losses"] == {"b": 0.25}
    timed = call(modules, "overlay", OVERLAY, runs, {"axis": "time", "isLog": True})
    assert timed["columns"][-1] == "3 hrs"
    assert timed["ends"][1]["at"] == 3 * 3600
    # Nobody has told of steps.
    assert call(modules, "overlay", OVERLAY, runs, {"axis": "steps", "isLog": False}) is None


@pytest.mark.parametrize(
    "losses", [(0.5,), (0.5, 0.5), (1e308, -1e308), (1e-300, 1e-299), (5e-324, 0.0), (0.0, 0.0)]
)
@pytest.mark.parametrize("is_log", [False, True])
def test_whatever_is_drawn_stays_in_the_chart(modules, losses, is_log):
    drawn = call(
        modules, "overlay", OVERLAY, [curve("a", *losses)], {"axis": "epoch", "isLog": is_log}
    )
    if drawn is None:
        assert is_log
        assert not [loss for loss in losses if loss > 0]
        return
    assert len(drawn["columns"]) >= 2
    for text in drawn["paths"]:
        assert "NaN" not in text
        assert "Infinity" not in text


def test_a_small_curve_fills_its_box(modules):
    path = "m.spark(a[0], 96, 28)"
    assert call(modules, "spark", path, curve("a", 2.0, 1.0)["points"]) == "M1.0 1.0L95.0 27.0"
    assert call(modules, "spark", path, curve("a", 2.0)["points"]) == ""
    assert call(modules, "spark", path, curve("a", 2.0, 2.0)["points"]) == "M1.0 14.0L95.0 14.0"
    assert "NaN" not in call(modules, "spark", path, curve("a", 1e308, -1e308)["points"])
