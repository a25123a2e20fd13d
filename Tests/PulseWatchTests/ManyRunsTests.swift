import PulseMonitor
import Testing

@testable import Pulse
@testable import PulseWatch

@Suite("ManyRuns")
struct ManyRunsTests {
    private func runs(_ updates: RunsUpdate..., isWaitingForEnd: Bool = false) -> ManyRuns {
        var runs = ManyRuns(name: "http://gpu1/", isWaitingForEnd: isWaitingForEnd)
        for update in [.opened(serverTime: nil)] + updates { runs.take(update, at: .after(0)) }
        return runs
    }

    private func screen(
        _ runs: ManyRuns, columns: Int = 80, rows: Int = 24, isUnicode: Bool = true
    ) -> [String] {
        runs.screen(
            ScreenSize(columns: columns, rows: rows, isUnicode: isUnicode), at: .after(3)
        ).map(\.text)
    }

    private let done = RunRow.item("a", status: "done", liveness: "finished", eta: "null")
    private let failed = RunRow.item("b", status: "error", liveness: "finished", eta: "null")

    @Test("shows the newest first, each in words")
    func table() {
        let shown = runs(
            .item(RunRow.item("bert", started: 900)),
            .item(
                RunRow.item("gpt", started: 1_000, status: "done", liveness: "finished", epoch: 3)),
            .item(RunRow.item("next", started: nil, status: "idle", liveness: "waiting", epoch: 0)),
            .ready)
        #expect(
            screen(shown) == [
                "3 runs: 1 running, 1 waiting, 1 done",
                "RUN   STATE      DONE                EPOCH    LOSS          ETA  UPDATED",
                "gpt   done      100 %  ████████████    3/3  0.4213                   3 s",
                "bert  running  43.3 %  █████▏░░░░░░  1.3/3  0.4213  12 min 27 s      3 s",
                "next  waiting   0.0 %  ░░░░░░░░░░░░                                  3 s",
            ])
    }

    private func details(
        steps: String = "310", of total: String = "372", rate: String = "1.2e-05",
        memory: String = "21474836480", metrics: String = #"{"eval_loss": 0.5}"#
    ) -> String {
        """
        {"profile": "p", "dataset": null, "steps_done": \(steps), "total_steps": \(total), \
        "lr": \(rate), "batch_size": 8, "gpu_memory_usage": \(memory), "metrics": \(metrics), \
        "run": "r", "attempt": 1}
        """
    }

    @Test("shows what PULSE v2 tells where it is known")
    func told() {
        let shown = runs(
            .item(RunRow.item("bert", details: details())),
            .item(RunRow.item("gpt", started: 900)), .ready)
        #expect(
            screen(shown, columns: 101) == [
                "2 runs: 2 running",
                "RUN   STATE      DONE                EPOCH     STEP    LOSS      LR  GPU MEMORY"
                    + "          ETA  UPDATED",
                "bert  running  43.3 %  █████▏░░░░░░  1.3/3  310/372  0.4213  1.2e-5      20 GiB"
                    + "  12 min 27 s      3 s",
                "gpt   running  43.3 %  █████▏░░░░░░  1.3/3           0.4213                    "
                    + "  12 min 27 s      3 s",
            ])
        var line = runs(.item(RunRow.item("bert", details: details())), .ready)
        #expect(
            line.lines(at: .after(0)).first?.contains(
                "loss 0.4213, step 310 of 372, lr 1.2e-5, GPU memory 20 GiB, ETA") == true)
    }

    @Test(
        "leaves what PULSE v2 tells out first where there is no room",
        arguments: [
            (101, ["STEP", "LR", "GPU"]), (100, ["STEP", "LR"]), (88, ["STEP"]), (80, []),
        ] as [(Int, [String])])
    func room(columns: Int, titles: [String]) {
        let shown = runs(.item(RunRow.item("bert", details: details())), .ready)
        let head = screen(shown, columns: columns)[1].split(separator: " ").map(String.init)
        #expect(["STEP", "LR", "GPU"].filter { head.contains($0) } == titles)
        let others = ["RUN", "STATE", "EPOCH", "LOSS", "ETA", "UPDATED"]
        #expect(others.allSatisfy { head.contains($0) })
        #expect(screen(shown, columns: columns)[2].contains("█"))
    }

    @Test("has no column for what no run tells")
    func untold() {
        func head(_ details: String) -> String {
            screen(runs(.item(RunRow.item("bert", details: details)), .ready), columns: 200)[1]
        }
        let without = head("null")
        #expect(!without.contains("STEP") && !without.contains("LR") && !without.contains("GPU"))
        let rate = head(details(steps: "null", of: "null", memory: "null", metrics: "{}"))
        #expect(rate.contains("LR") && !rate.contains("STEP") && !rate.contains("GPU"))
        // Without the total there is still the step.
        #expect(head(details(of: "null")).contains("STEP"))
        // What PULSE v2 doesn't allow is nothing that is known; the run is there all the same.
        for wrong in [
            details(steps: "-1"), details(rate: "\"fast\""), details(metrics: #"{"a b": 1}"#),
            "{}", "7",
        ] {
            #expect(head(wrong).contains("RUN"))
        }
        #expect(head(details(steps: "-1")) == without)
    }

    @Test("fits every window, and says what it leaves out", arguments: [1, 2, 5, 20, 40, 79, 200])
    func fits(columns: Int) {
        var shown = runs()
        for number in 0..<50 {
            let name = String(repeating: "long", count: number) + "\(number)"
            shown.take(.item(RunRow.item(name, started: Int64(number))), at: .after(0))
        }
        shown.take(.ready, at: .after(0))
        for rows in [1, 2, 3, 10, 24, 60] {
            for isUnicode in [true, false] {
                let lines = screen(shown, columns: columns, rows: rows, isUnicode: isUnicode)
                #expect(lines.count <= rows)
                #expect(lines.allSatisfy { DisplayWidth.of($0) <= columns })
                #expect(isUnicode || lines.allSatisfy { $0.allSatisfy(\.isASCII) })
                if columns >= 40, (3...24).contains(rows) {
                    #expect(lines.last == "\(isUnicode ? "…" : "...") \(50 - rows + 3) more")
                }
            }
        }
    }

    @Test("says that it may be old, and since when")
    func lost() {
        let shown = runs(
            .item(RunRow.item("bert")), .ready, .lost("connection refused", retryAfter: .seconds(8))
        )
        let lines = screen(shown)
        #expect(lines[0].hasPrefix("unreachable  since "))
        #expect(lines[0].hasSuffix(": connection refused, for 3 s, next try in 5 s"))
        #expect(lines[1] == "last known: 1 run: 1 running")
        #expect(shown.outage == "connection refused")
    }

    @Test("forgets what is gone, and what isn't told again")
    func gone() {
        var shown = runs(.item(done), .item(failed), .ready, .gone("b@1000"))
        #expect(screen(shown)[0] == "1 run: 1 done")
        shown.take(.opened(serverTime: nil), at: .after(1))
        shown.take(.item(failed), at: .after(1))
        // What was there stays until all is told.
        #expect(screen(shown)[0] == "2 runs: 1 error, 1 done")
        shown.take(.ready, at: .after(1))
        #expect(screen(shown)[0] == "1 run: 1 error")
        #expect(screen(runs())[0] == "reading the runs")
        #expect(screen(runs(.ready))[0] == "no runs yet")
    }

    @Test("ends when all have ended, and no sooner")
    func ending() {
        let running = RunRow.item("c")
        #expect(runs(.item(done), .ready, isWaitingForEnd: true).ending == .done)
        #expect(runs(.item(done), .item(failed), .ready, isWaitingForEnd: true).ending == .failed)
        #expect(runs(.item(done), .item(running), .ready, isWaitingForEnd: true).ending == nil)
        #expect(runs(.item(done), .ready).ending == nil)
        // There may be more that are running, or none yet.
        #expect(runs(.item(done), isWaitingForEnd: true).ending == nil)
        #expect(runs(.ready, isWaitingForEnd: true).ending == nil)
        let lost = RunsUpdate.lost("x", retryAfter: .zero)
        #expect(runs(.item(done), .ready, lost, isWaitingForEnd: true).ending == nil)
        let unlisted = RunsUpdate.listing("no such directory")
        #expect(runs(.item(done), .ready, unlisted, isWaitingForEnd: true).ending == nil)
    }

    @Test("says of a run that another one replaced that it is over, and waits for no earlier one")
    func replaced() {
        let replaced = RunRow.item(
            "a", started: 900, liveness: "finished", eta: "null", state: "replaced", current: false)
        let silent = RunRow.item(
            "a", started: 800, liveness: "stale", eta: "null", state: "stale", current: false)
        let failed = RunRow.item(
            "a", started: 700, status: "error", liveness: "finished", eta: "null", state: "error",
            current: false)
        let shown = runs(
            .item(replaced), .item(silent), .item(failed), .item(RunRow.item("a")), .ready,
            isWaitingForEnd: true)
        #expect(screen(shown)[0] == "4 runs: 1 running, 1 stale, 1 error, 1 replaced")
        #expect(shown.ending == nil)
        let over = runs(
            .item(replaced), .item(silent), .item(failed), .item(done), .ready,
            isWaitingForEnd: true)
        #expect(over.ending == .done)
        #expect(runs(.item(replaced), .ready, isWaitingForEnd: true).ending == nil)
    }

    @Test("believes an end whose file was tidied up, and none whose file is broken")
    func tidied() {
        func ending(_ state: String) -> WatchEnding? {
            let item = RunRow.item("a", status: "done", liveness: "finished", sourceState: state)
            return runs(.item(item), .ready, isWaitingForEnd: true).ending
        }
        #expect(ending("missing") == .done)
        #expect(ending("invalid") == nil)
        #expect(ending("unreadable") == nil)
        let silent = RunRow.item("a", sourceState: "missing")
        #expect(screen(runs(.item(silent), .ready))[0] == "1 run: 1 missing")
    }

    @Test("prints a line for each change, with the run's name")
    func lines() {
        var shown = runs(.item(RunRow.item("bert", started: 900)), .item(done), .ready)
        #expect(
            shown.lines(at: .after(0)) == [
                "bert: running: live, 43.3 %, epoch 1.3 of 3, loss 0.4213, ETA 12 min 30 s: m",
                "a: done: finished, 43.3 %, epoch 1.3 of 3, loss 0.4213: m",
                "2 runs: 1 running, 1 done",
            ])
        #expect(shown.lines(at: .after(1)) == [])
        shown.take(.gone("bert@900"), at: .after(1))
        shown.take(.gone("a@1000"), at: .after(1))
        shown.take(.item(RunRow.item("bert", started: 1_001)), at: .after(1))
        let lines = shown.lines(at: .after(1))
        #expect(lines.count == 2)
        #expect(lines[0] == "a: gone")
        #expect(lines[1].hasPrefix("bert: running"))
        shown.take(.lost("connection refused", retryAfter: .seconds(8)), at: .after(2))
        #expect(shown.lines(at: .after(2)).first?.hasPrefix("unreachable: since ") == true)
        #expect(shown.lines(at: .after(3)) == [])
    }

    @Test("tells a change that came too soon after another a little later")
    func pace() {
        var shown = runs(.item(RunRow.item("bert")), .ready)
        _ = shown.lines(at: .after(0))
        shown.take(.item(RunRow.item("bert", epoch: 1.4)), at: .after(0))
        #expect(shown.lines(at: .after(0)) == [])
        #expect(shown.lines(at: .after(1)).first?.contains("epoch 1.4 of 3") == true)
    }

    @Test("gives each document once")
    func documents() {
        let item = RunRow.item("bert")
        var shown = runs()
        #expect(shown.documents(of: .item(item)) == [item])
        shown.take(.item(item), at: .after(0))
        #expect(shown.documents(of: .item(item)) == [])
        let next = RunRow.item("bert", epoch: 2)
        #expect(shown.documents(of: .item(next)) == [next])
        #expect(shown.documents(of: .ready) == [])
        #expect(shown.documents(of: .item(Array("{}".utf8))) == [])
    }

    @Test("escapes what a terminal would obey")
    func escapes() {
        let evil = RunRow.item("a", message: "\\u001b[2J")
        var shown = runs(.item(evil), .listing("\u{1B}]0;x"))
        #expect(screen(shown).allSatisfy { !$0.contains("\u{1B}") })
        #expect(shown.lines(at: .after(0)).allSatisfy { !$0.contains("\u{1B}") })
    }
}
