import NATS
import TestSupport
import Testing

@testable import PulseNATS

/// A relay and a cluster that loses writes, acknowledgements and answers, and delivers late: in any
/// order of events what is written only grows, and the last state arrives.
@Suite("RelayState walk")
struct RelayStateWalkTests {
    /// A key that checks revisions as JetStream does.
    private struct Cluster {
        var entry: KeyEntry?
        /// Writes that are still under way.
        var late: [(bytes: [UInt8], expected: UInt64)] = []
        var written: [Int64] = []

        mutating func write(_ bytes: [UInt8], expecting revision: UInt64) -> UInt64? {
            guard (entry?.revision ?? 0) == revision else { return nil }
            entry = KeyEntry(.value(bytes), revision: revision + 1)
            written.append(RelayStateWalkTests.timestamp(of: bytes))
            return revision + 1
        }

        mutating func deliverOneLate(_ generator: inout SeededGenerator) {
            guard !late.isEmpty else { return }
            let one = late.remove(at: Int.random(in: late.indices, using: &generator))
            _ = write(one.bytes, expecting: one.expected)
        }
    }

    private static func bytes(_ timestamp: Int64) -> [UInt8] { Array("\(timestamp)".utf8) }

    private static func timestamp(of bytes: [UInt8]) -> Int64 {
        Int64(String(decoding: bytes, as: UTF8.self)) ?? -1
    }

    @Test("never sends an older state after a newer, and sends the last", arguments: 1...200)
    func walk(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var cluster = Cluster()
        var relay = RelayState()
        var now = Duration.zero
        var newest: Int64 = 0
        for step in 0..<400 {
            let isCalm = step >= 300
            now += .milliseconds(50)
            if !isCalm, Int.random(in: 0..<4, using: &generator) == 0 {
                newest += 1
                relay.accept(
                    RelayState.Document(bytes: Self.bytes(newest), timestamp: newest))
            }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                cluster.deliverOneLate(&generator)
            }
            let luck = isCalm ? 0 : Int.random(in: 0..<4, using: &generator)
            switch relay.next(at: now) {
            case .rest, .wait: break
            case .read:
                if luck == 1 { relay.failedToRead(at: now) } else { _ = relay.found(cluster.entry) }
            case .send(let bytes, let revision):
                switch luck {
                case 0:
                    if let new = cluster.write(bytes, expecting: revision) {
                        relay.sent(bytes, revision: new)
                    } else {
                        relay.failedToSend(bytes, .conflict, at: now)
                    }
                case 1:
                    _ = cluster.write(bytes, expecting: revision)
                    relay.failedToSend(bytes, .timedOut, at: now)
                case 2:
                    cluster.late.append((bytes, revision))
                    relay.failedToSend(bytes, .timedOut, at: now)
                default:
                    relay.failedToSend(bytes, .unreachable, at: now)
                }
            }
        }
        #expect(relay.pending == nil)
        #expect(cluster.written.last == newest)
        #expect(cluster.written == cluster.written.sorted())
    }
}
