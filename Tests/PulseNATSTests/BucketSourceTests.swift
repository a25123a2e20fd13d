import NATS
import Pulse
import PulseMonitor
import TestSupport
import Testing

@testable import PulseNATS

@Suite("BucketSource")
struct BucketSourceTests {
    private let store = MemoryStore()
    private let source: BucketSource

    init() {
        source = BucketSource(store, bucket: "runs")
    }

    private func put(_ key: String, epoch: Double) throws {
        store.put(key, PulseEncoder.encode(try TrainingStatus.sample(epoch: epoch)))
    }

    /// The names of those that have something new, and of those that are gone.
    private func poll() -> (new: [String], gone: [String]) {
        let delivery = source.poll()
        let new = delivery.sources.filter { source in
            source.delivery?.events.contains {
                if case .accepted = $0 { true } else { false }
            } ?? false
        }
        let gone = delivery.sources.filter { $0.delivery == nil }
        return (new.map(\.name.description).sorted(), gone.map(\.name.description).sorted())
    }

    @Test("asks once for the state of the bucket, and then for what has changed alone")
    func asks() throws {
        for number in 1...100 { try put("run-\(number)", epoch: 1) }
        #expect(poll().new.count == 100)
        #expect(store.calls == MemoryStore.Calls(states: 1, lists: 1, entries: 100))
        #expect(poll() == ([], []))
        #expect(store.calls == MemoryStore.Calls(states: 1))
        try put("run-7", epoch: 2)
        try put("new", epoch: 1)
        #expect(poll().new == ["new", "run-7"])
        #expect(store.calls == MemoryStore.Calls(states: 1, changes: 2))
        // Of many changes of one key only the newest is there.
        for epoch in 3...50 { try put("run-7", epoch: Double(epoch)) }
        #expect(poll().new == ["run-7"])
        #expect(store.calls == MemoryStore.Calls(states: 1, changes: 48))
    }

    @Test("deletions and purges are the end of a run")
    func gone() throws {
        for key in ["a", "b", "c"] { try put(key, epoch: 1) }
        _ = poll()
        store.put("a", nil)
        #expect(poll() == ([], ["a"]))
        store.purge("b")
        #expect(poll() == ([], ["b"]))
        #expect(poll() == ([], []))
        try put("a", epoch: 2)
        #expect(poll() == (["a"], []))
        store.put("a", nil)
        store.purge("c")
        #expect(poll() == ([], ["a", "c"]))
    }

    @Test("goes on where it was when the cluster comes back")
    func outage() throws {
        try put("a", epoch: 1)
        _ = poll()
        store.fail(with: NATSError(.unreachable, "no server"))
        let delivery = source.poll()
        #expect(delivery.sources.count == 1)
        #expect(delivery.skipped?.directoryError != nil)
        try put("b", epoch: 1)
        store.fail(with: nil)
        #expect(poll().new == ["b"])
    }

    @Test("ends the start where waiting can't help")
    func refuses() {
        store.fail(with: NATSError(.unauthorized, "no"))
        #expect(source.begin()?.code == .unauthorized)
        store.fail(with: NATSError(.unreachable, "no"))
        #expect(BucketSource(store, bucket: "runs").begin() == nil)
    }
}
