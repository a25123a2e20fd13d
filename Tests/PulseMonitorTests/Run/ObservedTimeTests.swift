import Testing

@testable import PulseMonitor

@Suite("ObservedTime")
struct ObservedTimeTests {
    private var time = ObservedTime(tick: .seconds(2), at: .seconds(50))

    @Test("goes on with the clock while somebody looks")
    mutating func goesOn() {
        #expect(!time.advance(to: .seconds(52)))
        #expect(!time.advance(to: .seconds(55)))
        #expect(time.now == .seconds(5))
    }

    @Test("a time in which nobody polled counts as one tick, and is said")
    mutating func gap() {
        #expect(time.advance(to: .seconds(53.1)))
        #expect(time.now == .seconds(2))
        #expect(time.advance(to: .seconds(10_000)))
        #expect(time.now == .seconds(4))
        #expect(!time.advance(to: .seconds(10_001)))
        #expect(time.now == .seconds(5))
    }

    @Test("never goes back")
    mutating func back() {
        #expect(!time.advance(to: .seconds(40)))
        #expect(time.now == .zero)
        #expect(!time.advance(to: .seconds(51)))
        #expect(time.now == .seconds(1))
    }
}
