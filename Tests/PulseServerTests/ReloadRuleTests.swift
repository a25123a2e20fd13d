import Testing

@testable import Pulse
@testable import PulseServer

@Suite("ReloadRule")
struct ReloadRuleTests {
    /// A file as it was changed last at this second.
    private func file(_ changed: Int) -> FileIdentity {
        FileIdentity(
            device: 1, inode: 1, size: 1, modified: .seconds(changed), changed: .seconds(changed))
    }

    private func rule() -> ReloadRule {
        ReloadRule(seen: [file(0), file(0)], at: .seconds(100))
    }

    @Test("reads nothing while nothing changes")
    func unchanged() {
        var rule = rule()
        for second in 101...110 {
            #expect(rule.isDue([file(0), file(0)], at: .seconds(second)) == false)
        }
    }

    @Test("reads again when any file is another, is gone, or has come back")
    func changed() {
        var rule = rule()
        let steps: [[FileIdentity?]] = [[file(1), file(0)], [nil, file(0)], [file(1), file(2)]]
        for (second, files) in zip(110..., steps) {
            #expect(rule.isDue(files, at: .seconds(second)) == true)
            rule.succeeded()
            #expect(rule.isDue(files, at: .seconds(second)) == false)
        }
    }

    @Test("reads once more what could have changed without a trace")
    func racy() {
        var rule = ReloadRule(seen: [file(100)], at: .seconds(100))
        #expect(rule.isDue([file(100)], at: .seconds(101)) == true)
        rule.succeeded()
        #expect(rule.isDue([file(100)], at: .seconds(103)) == true)
        rule.succeeded()
        #expect(rule.isDue([file(100)], at: .seconds(104)) == false)
    }

    @Test("a half that is replaced before the other means nothing for a moment")
    func halves() {
        var rule = rule()
        #expect(rule.isDue([file(90), file(0)], at: .seconds(101)) == true)
        #expect(rule.failed("mismatch") == nil)
        #expect(rule.isDue([file(90), file(91)], at: .seconds(102)) == true)
        rule.succeeded()
        #expect(rule.isDue([file(90), file(91)], at: .seconds(103)) == false)
    }

    @Test("a failure that lasts is told once, another one too")
    func told() {
        var rule = rule()
        #expect(rule.isDue([nil, file(0)], at: .seconds(101)) == true)
        #expect(rule.failed("missing") == nil)
        #expect(rule.isDue([nil, file(0)], at: .seconds(102)) == true)
        #expect(rule.failed("missing") == "missing")
        #expect(rule.isDue([nil, file(0)], at: .seconds(103)) == false)
        #expect(rule.isDue([file(50), file(0)], at: .seconds(104)) == true)
        #expect(rule.failed("mismatch") == nil)
        #expect(rule.isDue([file(50), file(0)], at: .seconds(105)) == true)
        #expect(rule.failed("mismatch") == "mismatch")
    }

    @Test("who asks is told at once, and every time")
    func asked() {
        var rule = rule()
        for second in 101...103 {
            _ = rule.isDue([nil, file(0)], at: .seconds(second))
            rule.insist()
            #expect(rule.failed("missing") == "missing")
        }
    }
}
