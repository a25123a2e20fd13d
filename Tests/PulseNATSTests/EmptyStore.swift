import NATS
import Synchronization

@testable import PulseNATS

/// A bucket whose key was never written.
final class EmptyStore: KeyStore {
    private let count = Atomic(0)

    /// How often it was closed.
    var closes: Int { count.load(ordering: .relaxed) }

    var line: Int? { 0 }

    func entry() throws(NATSError) -> KeyEntry? { nil }
    func update(with offer: KeyOffer) throws(NATSError) -> UInt64 { 1 }
    func offer(_ offer: KeyOffer) throws(NATSError) {}
    func createBucket(replicas: Int) throws(NATSError) {}
    func bucketCreated() throws(NATSError) -> Int64 { 0 }
    func close() { count.add(1, ordering: .relaxed) }

    func subscribe() throws(NATSError) -> any KeyListening {
        throw NATSError(.closed, "nobody speaks here")
    }
}
