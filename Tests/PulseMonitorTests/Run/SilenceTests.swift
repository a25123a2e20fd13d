import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("Silence")
struct SilenceTests {
    private var silence: Silence
    private var now = Duration.zero
    private var epoch = 0.0

    init() throws {
        silence = Silence(try .sample(epoch: 0), staleAfter: .seconds(60), at: .zero)
    }

    /// Another document after some seconds, with the judgement that a server comes to before it.
    private mutating func hear(after seconds: Int64, isChange: Bool = true) throws {
        now += .seconds(seconds)
        if now >= silence.deadline { silence.judgedStale() }
        if isChange { epoch += 0.1 }
        silence.take(try .sample(epoch: epoch), at: now)
    }

    private var left: Duration { silence.deadline - now }

    @Test("waits for the time it was told, from the newest sign of life on")
    mutating func plain() throws {
        #expect(silence.deadline == .seconds(60))
        try hear(after: 5)
        #expect(silence.deadline == .seconds(65))
    }

    @Test("waits three times the longest gap of the attempt")
    mutating func habit() throws {
        try hear(after: 40)
        #expect(left == .seconds(120))
        try hear(after: 5)
        #expect(left == .seconds(120))
    }

    @Test("a keep-alive is a sign of life, and neither ends a gap nor begins one")
    mutating func keepAlives() throws {
        for _ in 0..<5 { try hear(after: 50, isChange: false) }
        #expect(left == .seconds(60))
        // What lay between two reports is the trainer's habit, whatever came in between.
        try hear(after: 50)
        #expect(left == .seconds(900))
    }

    @Test("one outage is no habit; the second of at least half its length makes it one")
    mutating func outages() throws {
        try hear(after: 66)
        #expect(left == .seconds(60))
        try hear(after: 32)
        #expect(left == .seconds(96))
        try hear(after: 33)
        #expect(left == .seconds(198))
    }

    @Test("two outages alike are a habit")
    mutating func twice() throws {
        try hear(after: 100)
        try hear(after: 100)
        #expect(left == .seconds(300))
        try hear(after: 200)
        #expect(left == .seconds(600))
    }

    @Test("no gap counts more than twelve times the time it was told")
    mutating func bound() throws {
        try hear(after: 100_000)
        try hear(after: 100_000)
        #expect(left == .seconds(3 * 12 * 60))
    }

    @Test("another attempt has no habits yet")
    mutating func attempt() throws {
        try hear(after: 50)
        silence.forgetGaps()
        #expect(left == .seconds(60))
    }

    @Test("the age of the first document counts")
    func age() throws {
        let silence = Silence(
            try .sample(), staleAfter: .seconds(60), age: .seconds(59), at: .seconds(100))
        #expect(silence.deadline == .seconds(101))
    }
}
