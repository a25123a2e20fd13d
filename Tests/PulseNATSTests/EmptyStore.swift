import NATS
import Synchronization

@testable import PulseNATS

/// A bucket whose key was never written.
final class EmptyStore: BucketStore {
    private let count = Atomic(0)

    /// How often it was closed.
    var closes: Int { count.load(ordering: .relaxed) }

    var line: Int? { 0 }

    func state() throws(NATSError) -> BucketState { BucketState(created: 0, revision: 0, keys: 0) }
    func keys() throws(NATSError) -> [String] { [] }
    func entry(of key: String) throws(NATSError) -> KeyEntry? { nil }
    func change(_ revision: UInt64) throws(NATSError) -> KeyChange? { nil }
    func update(_ key: String, with offer: KeyOffer) throws(NATSError) -> UInt64 { 1 }
    func offer(_ offer: KeyOffer, to key: String) throws(NATSError) {}
    func create(replicas: Int) throws(NATSError) {}
    func close() { count.add(1, ordering: .relaxed) }

    func subscribe(to key: String?) throws(NATSError) -> any KeyListening {
        throw NATSError(.closed, "nobody speaks here")
    }
}
