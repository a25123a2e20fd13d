import PulseMonitor
import Testing

@testable import PulseDoctor

@Suite("RunsCheck")
struct RunsCheckTests {
    private func findings(_ change: (inout RunsFacts) -> Void) -> [Finding] {
        RunsCheck.findings(
            .sample {
                var runs = RunsFacts()
                change(&runs)
                $0.runs = runs
            })
    }

    @Test("says how many runs there are, and how there comes to be one")
    func count() {
        #expect(findings { $0.count = 1 } == [.ok("runs", "1 run is served from /run/pulse.")])
        #expect(findings { $0.count = 7 } == [.ok("runs", "7 runs are served from /run/pulse.")])
        let none = findings { _ in }
        #expect(none.map(\.level) == [.note])
        #expect(none[0].fix?.contains("pulse run --runs-dir /run/pulse -- COMMAND") == true)
        #expect(RunsCheck.findings(.sample()) == [])
    }

    @Test(
        "names each file that isn't served, with the reason and a fix",
        arguments: [SkippedFiles.Reason.invalidName, .sameName, .unreadable, .neverValid])
    func skipped(_ reason: SkippedFiles.Reason) {
        let found = findings {
            $0.count = 1
            $0.skipped.add("x.json", reason)
        }
        #expect(found.count == 2)
        #expect(found[1].text == "x.json isn't served: \(reason.explanation).")
        #expect(found[1].fix?.isEmpty == false)
        #expect(found[1].level == (reason.asksForFix ? .problem : .note))
    }

    @Test("counts those that it doesn't name")
    func unnamed() {
        let found = findings {
            $0.count = 1
            for number in 0..<150 { $0.skipped.add("\(number) .json", .invalidName) }
            $0.skipped.add(tooMany: 500)
        }
        #expect(found.last?.text == "50 more files there aren't served.")
        let over = found[found.count - 2]
        #expect(over.level == .problem)
        #expect(over.text == "500 aren't served: there are more than may be.")
        #expect(over.fix?.contains("--max-runs") == true)
    }

    @Test("names a file that hangs, and says nothing of runs where there is no directory")
    func hanging() {
        let found = findings {
            $0.count = 1
            $0.hanging = ["my run.json"]
        }
        #expect(found[1].level == .problem)
        #expect(found[1].text.hasPrefix("my run.json doesn't answer"))
        #expect(found[1].fix?.hasSuffix("'/run/pulse/my run.json'") == true)
        let gone = Facts.sample {
            $0.directory.errno = 2
            $0.runs = RunsFacts()
        }
        #expect(Examination(gone).reported.map(\.check) == ["directory"])
    }

    @Test("a directory that can't be listed has no runs")
    func unlisted() {
        let facts = Facts.sample {
            $0.directory.canList = false
            $0.runs = RunsFacts()
        }
        #expect(DirectoryCheck.findings(facts).map(\.level) == [.problem])
        let file = Facts.sample {
            $0.directory.errno = 20
            $0.runs = RunsFacts()
        }
        #expect(DirectoryCheck.findings(file)[0].fix?.contains("--status-file /run/pulse") == true)
    }
}
