import Testing

@testable import PulseMonitor

@Suite("ObservedTime")
struct ObservedTimeTests {
    private var time = ObservedTime(tick: .seconds(2), at: .seconds(50))

    @Test("goes on with the clock while somebody looks")
    mutating func goesOn() {
        #expect(time.advance(to: .seconds(52)) == false)
        #expect(time.advance(to: .seconds(55)) == false)
        #expect(time.now == .seconds(5))
    }

    @Test("a time in which nobody polled counts as one tick, and is said")
    mutating func gap() {
        #expect(time.advance(to: .seconds(53.1)) == true)
        #expect(time.now == .seconds(2))
        #expect(time.advance(to: .seconds(10_000)) == true)
        #expect(time.now == .seconds(4))
        #expect(time.advance(to: .seconds(10_001)) == false)
        #expect(time.now == .seconds(5))
    }

    @Test("never goes back")
    mutating func back() {
        #expect(time.advance(to: .seconds(40)) == false)
        #expect(time.now == .zero)
        #expect(time.advance(to: .seconds(51)) == false)
        #expect(time.now == .seconds(1))
    }
}
