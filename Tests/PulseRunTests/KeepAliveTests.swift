import Pulse
import Testing

@testable import PulseRun

@Suite("KeepAlive")
struct KeepAliveTests {
    private var keepAlive = KeepAlive()

    private static let minutes = KeepAlive.interval

    private func draft(epoch: Double, loss: Double) -> StatusDraft {
        StatusDraft(state: .running, epoch: epoch, totalEpochs: 3, loss: loss, message: "")
    }

    /// How often it is due in so many polls without an update.
    private mutating func count(polls: Int) -> Int {
        (0..<polls).reduce(0) { count, _ in keepAlive.isDue(after: nil) ? count + 1 : count }
    }

    private mutating func update(epoch: Double, loss: Double) {
        let isDue = keepAlive.isDue(after: draft(epoch: epoch, loss: loss))
        #expect(!isDue)
    }

    @Test("is due once a minute, as long as a command has reported nothing")
    mutating func silent() {
        #expect(count(polls: Self.minutes - 1) == 0)
        #expect(count(polls: 1) == 1)
        #expect(count(polls: 600 * Self.minutes) == 600)
    }

    @Test("is due between the first report and the second, and never after it")
    mutating func reports() {
        update(epoch: 0.1, loss: 2)
        #expect(count(polls: 33 * Self.minutes) == 33)
        update(epoch: 0.2, loss: 1.5)
        #expect(count(polls: 600 * Self.minutes) == 0)
    }

    @Test("counts no report that changes no number: a beginning, a message")
    mutating func beginning() {
        update(epoch: 0, loss: 0)
        update(epoch: 0.1, loss: 2)
        update(epoch: 0.1, loss: 2)
        #expect(count(polls: 5 * Self.minutes) == 5)
        update(epoch: 0.1, loss: 1.9)
        #expect(count(polls: 5 * Self.minutes) == 0)
    }

    @Test("ends an hour after the newest report, and begins anew with the next")
    mutating func bounded() {
        update(epoch: 0, loss: 0)
        #expect(count(polls: 600 * Self.minutes) == 60)
        update(epoch: 0.1, loss: 2)
        #expect(count(polls: 600 * Self.minutes) == 60)
    }

    @Test("begins its minute with each report")
    mutating func minute() {
        #expect(count(polls: Self.minutes - 1) == 0)
        update(epoch: 0.1, loss: 2)
        #expect(count(polls: Self.minutes - 1) == 0)
        #expect(count(polls: 1) == 1)
    }
}
