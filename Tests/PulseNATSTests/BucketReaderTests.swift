import NATS
import Pulse
import Testing

@testable import PulseMonitor
@testable import PulseNATS

@Suite("BucketReader")
struct BucketReaderTests {
    private var reader = BucketReader(bucket: "runs", limit: 5, pollInterval: .seconds(2))

    private func bucket(_ revision: UInt64, keys: Int, created: Int64 = 1) -> BucketState {
        BucketState(created: created, revision: revision, keys: keys)
    }

    private func value(_ revision: UInt64, epoch: Double = 1) throws -> KeyEntry {
        let status = try TrainingStatus(
            status: .running, epoch: epoch, totalEpochs: 3, loss: 0.5, message: "m",
            timestamp: Int64(revision))
        return KeyEntry(.value(PulseEncoder.encode(status)), revision: revision)
    }

    /// Begins with these keys, of revisions 1, 2 and so on.
    private mutating func begin(_ keys: String...) throws {
        #expect(reader.plan(for: bucket(UInt64(keys.count), keys: keys.count)) == .all)
        for (index, key) in reader.list(keys).keys.enumerated() {
            _ = reader.take(key, try value(UInt64(index + 1)), at: .zero)
        }
        reader.finish(bucket(UInt64(keys.count), keys: keys.count))
    }

    @Test("asks for nothing while the newest revision stays, and all keys are as they were")
    mutating func unchanged() throws {
        try begin("a", "team/b")
        #expect(reader.plan(for: bucket(2, keys: 2)) == .confirm([]))
        let deliveries = reader.confirm(allBut: [])
        #expect(deliveries.map(\.name.description).sorted() == ["a", "team.b"])
        #expect(deliveries.allSatisfy { $0.delivery?.events == [.unchanged] })
        #expect(deliveries.map(\.label).sorted() == ["runs/a", "runs/team/b"])
    }

    @Test("asks for what has changed, and for all where that is more")
    mutating func changes() throws {
        try begin("a", "b")
        #expect(reader.plan(for: bucket(4, keys: 3)) == .changes(3...4))
        #expect(reader.plan(for: bucket(2 + 64, keys: 3)) == .changes(3...66))
        #expect(reader.plan(for: bucket(2 + 65, keys: 3)) == .all)
        let new = reader.take("c", try value(3), at: .zero)
        #expect(new?.name.description == "c")
    }

    @Test("a key that was deleted or purged is gone, and comes back")
    mutating func gone() throws {
        try begin("a", "b", "c")
        let deleted = reader.take("a", KeyEntry(.deleted, revision: 4), at: .zero)
        #expect(deleted?.name.description == "a")
        #expect(deleted?.delivery == nil)
        // Its mark counts as a key.
        reader.finish(bucket(4, keys: 3))
        #expect(!reader.lacksKeys(bucket(4, keys: 3)))
        #expect(reader.skipped()?.counts == [:])
        // A purge leaves no trace but the number of keys.
        #expect(reader.plan(for: bucket(4, keys: 2)) == .all)
        #expect(reader.list(["a", "c"]).gone.map(\.name.description) == ["b"])
        let back = reader.take("a", try value(5), at: .zero)
        #expect(back?.delivery?.events.count == 1)
    }

    @Test("believes no leader that doesn't know yet that it leads no more")
    mutating func old() throws {
        try begin("a", "b")
        reader.finish(bucket(1, keys: 1))
        #expect(reader.plan(for: bucket(1, keys: 1)) == .confirm([]))
        #expect(reader.plan(for: bucket(2, keys: 2)) == .confirm([]))
    }

    @Test("begins anew with a bucket that was made anew")
    mutating func anew() throws {
        try begin("a", "b")
        #expect(reader.plan(for: bucket(1, keys: 1, created: 2)) == .all)
        let (keys, gone) = reader.list(["a"])
        #expect(keys == ["a"])
        #expect(gone.map(\.name.description) == ["b"])
        let events = reader.take("a", try value(1, epoch: 2), at: .zero)?.delivery?.events
        guard case .accepted(let status)? = events?.first else {
            Issue.record("the new bucket's values count")
            return
        }
        #expect(status.epoch == 2)
    }

    @Test("serves no key whose name is none, or is another's, and counts what is too many")
    mutating func names() throws {
        let (keys, _) = reader.list(["a/b", "a.b", "-x", "events", "c", "d", "e", "f", "g"])
        #expect(keys == ["a/b", "c", "d", "e", "f"])
        let skipped = reader.skipped()
        #expect(skipped?.counts[.invalidName] == 2)
        #expect(skipped?.counts[.sameName] == 1)
        #expect(skipped?.counts[.tooMany] == 1)
        #expect(skipped?.counts[.neverValid] == 5)
    }

    @Test("a key that was deleted leaves its name to another of that name")
    mutating func heir() throws {
        try begin("a.b", "a/b")
        #expect(reader.skipped()?.counts == [.sameName: 1])
        #expect(reader.take("a/b", try value(3), at: .zero) == nil)
        #expect(reader.take("a.b", KeyEntry(.deleted, revision: 4), at: .zero)?.delivery == nil)
        let heir = reader.take("a/b", try value(5), at: .zero)
        #expect(heir?.name.description == "a.b")
        #expect(heir?.label == "runs/a/b")
        #expect(reader.skipped()?.counts == [:])
        // One that comes back is the second of its name now.
        #expect(reader.take("a.b", try value(6), at: .zero) == nil)
        #expect(reader.skipped()?.counts == [.sameName: 1])
        // A purged one leaves no mark.
        #expect(reader.list(["a.b"]).keys == ["a.b"])
        #expect(reader.take("a.b", try value(7), at: .zero)?.label == "runs/a.b")
    }

    @Test("what never was valid is no run, and what was once stays one")
    mutating func valid() throws {
        _ = reader.list(["a"])
        let broken = KeyEntry(.value(Array("{}".utf8)), revision: 1)
        #expect(reader.take("a", broken, at: .zero) == nil)
        #expect(reader.take("a", try value(2), at: .zero) != nil)
        let delivery = reader.take("a", KeyEntry(.value([]), revision: 3), at: .zero)?.delivery
        guard case .failed(let error)? = delivery?.events.first else {
            Issue.record("it is broken")
            return
        }
        #expect(error.reason == .empty)
    }

    @Test("shows what is on its way, and asks for that key until it is stored")
    mutating func offers() throws {
        try begin("a", "b")
        guard case .value(let bytes) = try value(3, epoch: 2).content else { return }
        let offer = KeyOffer(bytes, expecting: 1, order: 7)
        #expect(reader.receive("a", offer)?.delivery?.isPoll == false)
        #expect(reader.plan(for: bucket(2, keys: 2)) == .confirm(["a"]))
        let stored = KeyEntry(.value(bytes), revision: 3, order: 7)
        #expect(reader.take("a", stored, at: .zero)?.delivery?.events == [.unchanged])
        #expect(reader.plan(for: bucket(2, keys: 2)) == .confirm([]))
    }

    @Test("a new key that was sent is shown before it is stored, for a while")
    mutating func uncommitted() throws {
        try begin("a")
        guard case .value(let bytes) = try value(2).content else { return }
        let new = reader.receive("new", KeyOffer(bytes, expecting: 0, order: 1))
        #expect(new?.delivery?.events.count == 1)
        #expect(reader.plan(for: bucket(1, keys: 1)) == .confirm(["new"]))
        #expect(reader.take("new", nil, at: .seconds(1)) == nil)
        #expect(!reader.lacksKeys(bucket(1, keys: 1)))
        #expect(reader.list(["a"]).gone.isEmpty)
        #expect(reader.take("new", nil, at: .seconds(4)) == nil)
        let gone = reader.take("new", nil, at: .seconds(7))
        #expect(gone?.name.description == "new")
        #expect(gone?.delivery == nil)
    }

    @Test("a bucket that can't be read is said of each run, and once of the bucket")
    mutating func fails() throws {
        try begin("a")
        let error = NATSError(.unreachable, "x")
        #expect(reader.fail(error, at: .zero).count == 1)
        #expect(
            reader.skipped()?.directoryError == "runs: no server of the cluster can be reached")
        reader.finish(bucket(1, keys: 1))
        #expect(reader.skipped()?.directoryError == nil)
    }
}
