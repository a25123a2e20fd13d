import Logging
import Testing

@testable import PulseMonitor

@Suite("SkippedLog")
struct SkippedLogTests {
    private var log = SkippedLog(use: "served")

    private func skipped(
        _ names: [(String, SkippedFiles.Reason)], error: String? = nil
    ) -> SkippedFiles {
        var skipped = SkippedFiles()
        for (name, reason) in names { skipped.add(name, reason) }
        skipped.directoryError = error
        return skipped
    }

    @Test("names each file once, and again for another reason")
    mutating func names() {
        let lines = log.news(in: skipped([("a@b.json", .invalidName), ("c.json", .neverValid)]))
        #expect(lines.map(\.level) == [.warning, .info])
        #expect(lines[0].text.hasPrefix("a@b.json isn't served: its name can't be a run's"))
        #expect(lines[1].text == "c.json isn't served: it has never held valid PULSE")
        #expect(log.news(in: skipped([("a@b.json", .invalidName)])).isEmpty)
        #expect(log.news(in: skipped([("c.json", .sameName)])).count == 1)
    }

    @Test("says when the directory can't be listed, and when it can again")
    mutating func directory() {
        let failing = skipped([], error: "runs: not a directory")
        #expect(
            log.news(in: failing)
                == [.init(level: .warning, text: "the runs can't be listed: runs: not a directory")]
        )
        #expect(log.news(in: failing).isEmpty)
        #expect(
            log.news(in: skipped([]))
                == [.init(level: .info, text: "the runs can be listed again")])
    }

    @Test("says once that there are too many, however many are named beside them")
    mutating func tooMany() {
        var files = skipped((0..<100).map { ("x \($0)", .invalidName) })
        files.add(tooMany: 1)
        #expect(log.news(in: files).last?.text == "1 isn't served: there are more than may be")
        files.add(tooMany: 6)
        #expect(log.news(in: files).isEmpty)
        var more = SkippedLog(use: "sent")
        #expect(more.news(in: files).last?.text == "7 aren't sent: there are more than may be")
    }

    @Test("is bounded, whatever others make")
    mutating func bounded() {
        var lines: [String] = []
        for round in 0..<50 {
            let names = (0..<50).map { ("x \(round) \($0)", SkippedFiles.Reason.invalidName) }
            lines += log.news(in: skipped(names)).map(\.text)
        }
        #expect(lines.count == 101)
        #expect(lines.last == "files beyond these aren't named")
    }
}
