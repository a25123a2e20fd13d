import NATS
import Pulse
import PulseMonitor
import TestSupport
import Testing

@testable import PulseNATS

/// A relay, a server, and a cluster between them that loses writes, acknowledgements and answers,
/// has no leader at times, and delivers late and in any order.
@Suite("RelayState walk")
struct RelayStateWalkTests {
    /// A key that checks revisions as JetStream does.
    private struct Cluster {
        var entry: KeyEntry?
        /// Writes that are still under way.
        var late: [KeyOffer] = []
        /// What is still under way to the server that listens.
        var audible: [KeyOffer] = []
        var written: [Int64] = []

        mutating func write(_ offer: KeyOffer) -> UInt64? {
            guard (entry?.revision ?? 0) == offer.expecting else { return nil }
            entry = KeyEntry(
                .value(offer.value), revision: offer.expecting + 1, order: offer.order)
            written.append(RelayStateWalkTests.timestamp(of: offer.value))
            return offer.expecting + 1
        }

        mutating func deliverOneLate(_ generator: inout SeededGenerator) {
            guard !late.isEmpty else { return }
            _ = write(late.remove(at: Int.random(in: late.indices, using: &generator)))
        }
    }

    private static func bytes(_ timestamp: Int64) -> [UInt8] {
        Array(
            """
            {"status": "running", "epoch": 1.0, "total_epochs": 3.0, "loss": 0.5, "message": "", \
            "timestamp": \(timestamp)}
            """.utf8)
    }

    private static func timestamp(of bytes: [UInt8]) -> Int64 {
        (try? PulseDecoder.decode(bytes))?.timestamp ?? -1
    }

    @Test(
        "no older state comes after a newer, neither stored nor shown, and the last one arrives",
        arguments: 1...200)
    func walk(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var cluster = Cluster()
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        var reader = FollowedKey()
        var shown: [Int64] = []
        var now = Duration.zero
        var newest: Int64 = 0
        for step in 0..<400 {
            let isCalm = step >= 300
            now += .milliseconds(50)
            if !isCalm, Int.random(in: 0..<4, using: &generator) == 0 {
                newest += 1
                relay.accept(
                    RelayState.Document(bytes: Self.bytes(newest), timestamp: newest), at: .zero)
            }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                cluster.deliverOneLate(&generator)
            }
            let luck = isCalm ? 0 : Int.random(in: 0..<4, using: &generator)
            act(&relay, &cluster, luck: luck, at: now)
            watch(&reader, &cluster, isCalm: isCalm, &generator)
            if let state = reader.lastGood { shown.append(state.timestamp) }
        }
        #expect(relay.pending == nil)
        #expect(cluster.written.last == newest)
        #expect(cluster.written == cluster.written.sorted())
        #expect(shown.last == newest)
        #expect(shown == shown.sorted())
    }

    private func act(
        _ relay: inout RelayState, _ cluster: inout Cluster, luck: Int, at now: Duration
    ) {
        switch relay.next(at: now) {
        case .rest, .wait: break
        case .read:
            if luck == 1 {
                relay.failedToRead(at: now)
            } else {
                _ = relay.found(cluster.entry, at: .zero)
            }
        case .offer(let offer):
            guard luck != 3 else { return relay.failedToRead(at: now) }
            cluster.audible.append(offer)
            if luck == 0 { _ = cluster.write(offer) }
            if luck == 2 { cluster.late.append(offer) }
            relay.offered(offer.value)
        case .send(let offer):
            if luck != 3 { cluster.audible.append(offer) }
            switch luck {
            case 0:
                if let new = cluster.write(offer) {
                    relay.sent(offer.value, revision: new)
                } else {
                    relay.failedToSend(offer.value, .conflict, at: now)
                }
            case 1:
                _ = cluster.write(offer)
                relay.failedToSend(offer.value, .timedOut, at: now)
            case 2:
                cluster.late.append(offer)
                relay.failedToSend(offer.value, .timedOut, at: now)
            default:
                relay.failedToSend(offer.value, .unreachable, at: now)
            }
        }
    }

    /// The server receives some of what was sent, and polls now and then.
    ///
    /// No time passes for it: it waits for what it received to be stored.
    private func watch(
        _ reader: inout FollowedKey, _ cluster: inout Cluster, isCalm: Bool,
        _ generator: inout SeededGenerator
    ) {
        if !cluster.audible.isEmpty, Int.random(in: 0..<2, using: &generator) == 0 {
            let index = Int.random(in: cluster.audible.indices, using: &generator)
            let offer = cluster.audible.remove(at: index)
            if Int.random(in: 0..<4, using: &generator) > 0 { reader.receive(offer) }
        }
        if isCalm || Int.random(in: 0..<10, using: &generator) == 0 {
            reader.take(cluster.entry, at: .zero)
        }
    }
}
