import Pulse
import TestSupport
import Testing

@testable import PulseMonitor

@Suite("CheckpointPace")
struct CheckpointPaceTests {
    private var pace = CheckpointPace()

    private func document() throws -> [RunEvent] {
        let status = try PulseDocument.sample(.running, epoch: 1, loss: 0.5, timestamp: 7)
        return [.document(status), .point(status)]
    }

    @Test("the first is whole, and then each transition")
    mutating func transitions() throws {
        #expect(pace.take([]) == true)
        #expect(pace.take(try document()) == false)
        #expect(pace.take([.stale]) == true)
        #expect(pace.take([.sourceChanged(.ok, nil)]) == false)
        #expect(pace.take([], isForced: true) == true)
    }

    @Test("the journal has 256 entries at most")
    mutating func limit() throws {
        _ = pace.take([])
        for _ in 0..<2 {
            for _ in 0..<256 { #expect(pace.take(try document()) == false) }
            #expect(pace.take(try document()) == true)
        }
    }
}
