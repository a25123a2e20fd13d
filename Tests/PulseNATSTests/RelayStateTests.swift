import NATS
import PulseMonitor
import Testing

@testable import PulseNATS

@Suite("RelayState")
struct RelayStateTests {
    private static func document(_ timestamp: Int64, isFound: Bool = false) -> RelayState.Document {
        RelayState.Document(bytes: bytes(timestamp), timestamp: timestamp, isFound: isFound)
    }

    /// What is said of all of these, which are one run.
    private static let run = "gpu-1@100; attempt=1; first=1.0"

    private static func bytes(_ timestamp: Int64) -> [UInt8] {
        Array(
            """
            {"status": "running", "epoch": 1.0, "total_epochs": 3.0, "loss": 0.5, "message": "", \
            "timestamp": \(timestamp)}
            """.utf8)
    }

    private static func entry(_ timestamp: Int64, _ revision: UInt64) -> KeyEntry {
        KeyEntry(.value(bytes(timestamp)), revision: revision)
    }

    /// A relay that has read the key at revision 7, whose state isn't ours.
    private func ready() -> RelayState {
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        _ = relay.found(Self.entry(100, 7), at: .zero)
        return relay
    }

    @Test("rests without an update")
    func rests() {
        #expect(RelayState(of: SourceName(key: "gpu-1")).next(at: .zero) == .rest)
    }

    @Test("reads the key before the first write")
    func readsFirst() {
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        relay.accept(Self.document(100), at: .zero)
        #expect(relay.next(at: .zero) == .read)
        #expect(relay.found(nil, at: .zero) == nil)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(100), expecting: 0))
    }

    @Test("replaces just the revision that it knows, and rests when that is acknowledged")
    func sends() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(101), expecting: 7))
        relay.sent(Self.bytes(101), revision: 8)
        #expect(relay.next(at: .zero) == .rest)
        relay.accept(Self.document(102), at: .zero)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(102), expecting: 8))
    }

    @Test("sends only the newest of what came meanwhile")
    func newestWins() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.accept(Self.document(102), at: .zero)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(102), expecting: 7))
    }

    @Test("keeps what came while an older state was on its way")
    func newsInFlight() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.accept(Self.document(102), at: .zero)
        relay.sent(Self.bytes(101), revision: 8)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(102), expecting: 8))
    }

    @Test("waits longer after each failure, but never more than a second")
    func backsOff() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        var waits: [Duration] = []
        for _ in 0..<6 {
            relay.failedToSend(Self.bytes(101), .timedOut, at: .zero)
            guard case .wait(let duration) = relay.next(at: .zero) else { continue }
            waits.append(duration)
        }
        #expect(waits == [100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
        offersAndReads(&relay, 101)
        relay.sent(Self.bytes(101), revision: 8)
        relay.accept(Self.document(102), at: .zero)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(102), expecting: 8))
    }

    @Test("sends no state twice that had arrived after all")
    func lostAcknowledgement() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.failedToSend(Self.bytes(101), .timedOut, at: .zero)
        offersAndReads(&relay, 101)
        #expect(relay.found(Self.entry(101, 8), at: .zero) == nil)
        #expect(relay.next(at: .seconds(1)) == .rest)
    }

    @Test("a write that arrives late makes the next one fail, and never comes after it")
    func lateArrival() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.failedToSend(Self.bytes(101), .timedOut, at: .zero)
        relay.accept(Self.document(102), at: .zero)
        offersAndReads(&relay, 102)
        // Not there yet: the same revision is named again, so that only one of the two can win.
        #expect(relay.found(Self.entry(100, 7), at: .zero) == nil)
        #expect(relay.next(at: .seconds(1)).isSend(of: Self.bytes(102), expecting: 7))
        // It has won; that is no stranger's state.
        relay.failedToSend(Self.bytes(102), .conflict, at: .seconds(1))
        #expect(relay.next(at: .seconds(1)) == .read)
        #expect(relay.found(Self.entry(101, 8), at: .zero) == nil)
        #expect(relay.next(at: .seconds(1)).isSend(of: Self.bytes(102), expecting: 8))
    }

    @Test("a clock that was set back loses no state of ours")
    func clockSetBack() {
        var relay = ready()
        relay.accept(Self.document(500), at: .zero)
        relay.failedToSend(Self.bytes(500), .timedOut, at: .zero)
        relay.accept(Self.document(101), at: .zero)
        #expect(relay.found(Self.entry(500, 8), at: .zero) == nil)
        #expect(relay.next(at: .seconds(1)).isSend(of: Self.bytes(101), expecting: 8))
    }

    @Test("what the file held at the start isn't sent over a later state")
    func foundOutdated() {
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        relay.accept(Self.document(100, isFound: true), at: .zero)
        #expect(relay.found(Self.entry(200, 7), at: .zero) == .outdated(by: 200))
        #expect(relay.next(at: .zero) == .rest)
        relay.accept(Self.document(150), at: .zero)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(150), expecting: 7))
    }

    @Test("what the file held at the start isn't sent when the key holds it already")
    func foundEqual() {
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        relay.accept(Self.document(100, isFound: true), at: .zero)
        #expect(relay.found(Self.entry(100, 7), at: .zero) == nil)
        #expect(relay.next(at: .zero) == .rest)
    }

    @Test(
        "what the file held at the start is sent otherwise",
        arguments: [
            KeyEntry?.none, entry(99, 7), entry(100, 7).with("  "), KeyEntry(.deleted, revision: 7),
            KeyEntry(.value([1, 2, 3]), revision: 7),
        ])
    func foundNews(entry: KeyEntry?) {
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        relay.accept(Self.document(100, isFound: true), at: .zero)
        #expect(relay.found(entry, at: .zero) == nil)
        #expect(
            relay.next(at: .zero).isSend(of: Self.bytes(100), expecting: entry?.revision ?? 0))
    }

    @Test("what is written while the cluster is away is sent whatever the key holds then")
    func firstContact() {
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        relay.accept(Self.document(100), at: .zero)
        relay.failedToRead(at: .zero)
        #expect(relay.found(Self.entry(900, 7), at: .zero) == nil)
        #expect(relay.next(at: .seconds(1)).isSend(of: Self.bytes(100), expecting: 7))
    }

    @Test("overwrites no later state of somebody else, and says so")
    func laterStranger() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.failedToSend(Self.bytes(101), .conflict, at: .zero)
        #expect(relay.found(Self.entry(300, 9), at: .zero) == .outdated(by: 300))
        #expect(relay.next(at: .zero) == .rest)
    }

    @Test("overwrites an earlier state of somebody else, and says so")
    func earlierStranger() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.failedToSend(Self.bytes(101), .conflict, at: .zero)
        #expect(relay.found(Self.entry(90, 9), at: .zero) == .contested)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(101), expecting: 9))
    }

    @Test("gives up a state that no server takes, and sends the next")
    func tooLarge() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.failedToSend(Self.bytes(101), .tooLarge, at: .zero)
        #expect(relay.next(at: .zero) == .rest)
        relay.accept(Self.document(102), at: .zero)
        offersAndReads(&relay, 102)
    }

    @Test("while nobody leads, offers each state, the last one again after each failure")
    func noLeader() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.failedToSend(Self.bytes(101), .timedOut, at: .zero)
        offersAndReads(&relay, 101)
        relay.accept(Self.document(102), at: .zero)
        offersAndReads(&relay, 102)
        relay.failedToRead(at: .zero)
        #expect(relay.next(at: .zero) == .wait(.milliseconds(200)))
        offersAndReads(&relay, 102)
        // A new leader has stored what was offered.
        #expect(relay.found(Self.entry(102, 8), at: .zero) == nil)
        #expect(relay.next(at: .seconds(1)) == .rest)
    }

    @Test("each state comes after what the key holds, whoever wrote that")
    func order() {
        var relay = RelayState(of: SourceName(key: "gpu-1"))
        relay.accept(Self.document(200), at: .zero)
        _ = relay.found(KeyEntry(.value(Self.bytes(100)), revision: 7, order: 41), at: .zero)
        let first = KeyOffer(Self.bytes(200), expecting: 7, order: 42, run: Self.run)
        #expect(relay.next(at: .zero) == .send(first))
        relay.sent(first.value, revision: 8)
        relay.accept(Self.document(201), at: .zero)
        let second = KeyOffer(Self.bytes(201), expecting: 8, order: 43, run: Self.run)
        #expect(relay.next(at: .zero) == .send(second))
        relay.failedToSend(second.value, .conflict, at: .zero)
        _ = relay.found(KeyEntry(.value(Self.bytes(150)), revision: 9, order: 43), at: .zero)
        #expect(
            relay.next(at: .zero)
                == .send(KeyOffer(second.value, expecting: 9, order: 44, run: Self.run)))
    }

    @Test("a state keeps its place when it is sent again")
    func sameOrder() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        let offer = KeyOffer(Self.bytes(101), expecting: 7, order: 1, run: Self.run)
        #expect(relay.next(at: .zero) == .send(offer))
        relay.failedToSend(offer.value, .timedOut, at: .zero)
        #expect(relay.next(at: .seconds(1)) == .offer(offer))
        relay.offered(offer.value)
        #expect(relay.found(Self.entry(100, 7), at: .zero) == nil)
        #expect(relay.next(at: .seconds(1)) == .send(offer))
    }

    /// What a relay does that isn't sure of the revision any more.
    private func offersAndReads(_ relay: inout RelayState, _ timestamp: Int64) {
        guard case .offer(let offer) = relay.next(at: .seconds(1)) else {
            Issue.record("nothing is offered")
            return
        }
        #expect(offer.value == Self.bytes(timestamp))
        relay.offered(offer.value)
        #expect(relay.next(at: .seconds(1)) == .read)
    }

    @Test("writes the first revision of a bucket that was just made")
    func newBucket() {
        var relay = ready()
        relay.accept(Self.document(101), at: .zero)
        relay.foundNewBucket(at: .zero)
        #expect(relay.next(at: .zero).isSend(of: Self.bytes(101), expecting: 0))
    }
}

extension RelayState.Action {
    /// Whether it writes these bytes in the place of that revision.
    fileprivate func isSend(of bytes: [UInt8], expecting revision: UInt64) -> Bool {
        guard case .send(let offer) = self else { return false }
        return offer.value == bytes && offer.expecting == revision
    }
}

extension KeyEntry {
    /// The same value with something behind it, which is another document.
    fileprivate func with(_ tail: String) -> KeyEntry {
        guard case .value(let bytes) = content else { return self }
        return KeyEntry(.value(bytes + Array(tail.utf8)), revision: revision)
    }
}
