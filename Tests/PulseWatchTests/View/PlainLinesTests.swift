import PulseMonitor
import TestSupport
import Testing

@testable import Pulse
@testable import PulseWatch

@Suite("PlainLines")
struct PlainLinesTests {
    @Test("prints a change once, and changes of numbers once a second at most")
    func pace() throws {
        var lines = PlainLines()
        var state = WatchState([.opened(serverTime: nil), .reading(.sample(try .sample()))])
        #expect(
            lines.line(WatchText(state, at: .after(3)))
                == "running: live, 25.0 %, epoch 1 of 4, loss 0.5, ETA 12 min 30 s: m")
        #expect(lines.line(WatchText(state, at: .after(60))) == nil)
        state.take(.reading(.sample(try .sample(epoch: 1.4))), at: .after(60))
        #expect(lines.line(WatchText(state, at: .after(60))) != nil)
        state.take(.reading(.sample(try .sample(epoch: 1.5))), at: .after(60))
        #expect(lines.line(WatchText(state, at: .after(60))) == nil)
        #expect(lines.line(WatchText(state, at: .after(61)))?.contains("epoch 1.5 of 4") == true)
    }

    @Test("prints what PULSE v2 tells")
    func details() throws {
        var lines = PlainLines()
        let state = WatchState([
            .opened(serverTime: nil), .reading(.sample(try .sample(), details: try .sample())),
        ])
        #expect(
            lines.line(WatchText(state))
                == "running: live, 25.0 %, epoch 1 of 4, loss 0.5, step 310 of 372, lr 1.2e-5, "
                + "GPU memory 20 GiB, ETA 12 min 30 s: m")
    }

    @Test("prints another verdict at once, and an outage once, whatever time passes")
    func verdicts() throws {
        var lines = PlainLines()
        var state = WatchState([.opened(serverTime: nil), .reading(.sample(try .sample()))])
        _ = lines.line(WatchText(state, at: .after(3)))
        state.take(.lost("connection refused", retryAfter: .seconds(1)), at: .after(3))
        let line = lines.line(WatchText(state, at: .after(3)))
        #expect(
            line?.hasPrefix(
                "unreachable: since <1003>: connection refused, last known: running, live") == true)
        state.take(.lost("connection refused", retryAfter: .seconds(2)), at: .after(5))
        #expect(lines.line(WatchText(state, at: .after(5))) == nil)
        state.take(.opened(serverTime: nil), at: .after(6))
        #expect(lines.line(WatchText(state, at: .after(6)))?.hasPrefix("running: live") == true)
    }

    @Test("lets no control character through, and no message without end")
    func message() throws {
        var lines = PlainLines()
        let status = try TrainingStatus.sample(
            message: "a\nb\u{1B}[1m" + String(repeating: "x", count: 9_999))
        let line = lines.line(
            WatchText(WatchState([.opened(serverTime: nil), .reading(.sample(status))])))
        #expect(line?.contains(": a b\\u001b[1mxxx") == true)
        #expect(try #require(line).count < 700)
    }
}
