import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("SourceCondition")
struct SourceConditionTests {
    private var condition = SourceCondition(label: "status.json", firstWithin: .seconds(2))

    private mutating func deliver(_ event: SourceEvent, isPoll: Bool = true) {
        condition.take(
            SourceDelivery([event], isPoll: isPoll, nextWithin: .seconds(2)), at: .seconds(100))
    }

    @Test("is overdue when a delivery takes ten seconds longer than it may, and only then")
    mutating func overdue() {
        #expect(condition.error(at: .seconds(12)) == nil)
        #expect(condition.error(at: .seconds(12.1))?.reason == .ioError)
        deliver(.unchanged)
        #expect(condition.error(at: .seconds(112)) == nil)
        #expect(
            condition.error(at: .seconds(113))?.description
                == "status.json: the last poll of it is too long ago")
        deliver(.unchanged)
        #expect(condition.error(at: .seconds(100)) == nil)
    }

    @Test("counts polls, and failures by reason; what is pushed is no poll")
    mutating func counts() throws {
        let error = PulseError(.missing, "x")
        deliver(.failed(error))
        deliver(.faltered(error))
        deliver(.accepted(try PulseDocument.sample()))
        deliver(.failed(PulseError(.ioError, "y")), isPoll: false)
        #expect(condition.counts.polls == 3)
        #expect(condition.counts.failures == [.missing: 2])
        #expect(condition.error(at: .seconds(100))?.reason == .ioError)
    }

    @Test("an error lasts until something valid is found")
    mutating func lasts() {
        deliver(.failed(PulseError(.syntax, "x")))
        deliver(.faltered(PulseError(.truncated, "y")))
        #expect(condition.error(at: .seconds(100))?.reason == .syntax)
        deliver(.unchanged)
        #expect(condition.error(at: .seconds(100)) == nil)
    }
}
