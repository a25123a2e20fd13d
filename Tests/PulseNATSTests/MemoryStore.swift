import NATS
import Synchronization

@testable import PulseNATS

/// A bucket in memory that counts what it is asked.
final class MemoryStore: BucketStore {
    /// What was asked, and how often.
    struct Calls: Equatable {
        var states = 0
        var lists = 0
        var entries = 0
        var changes = 0
    }

    private struct State {
        var entries: [String: KeyEntry] = [:]
        var revision: UInt64 = 0
        var calls = Calls()
        var error: NATSError?
    }

    private let content = Mutex(State())

    var line: Int? { 0 }
    /// What was asked since this was read last.
    var calls: Calls {
        content.withLock { state in
            defer { state.calls = Calls() }
            return state.calls
        }
    }

    /// The values of all keys.
    var values: [String: [UInt8]] {
        content.withLock { state in
            state.entries.compactMapValues {
                if case .value(let bytes) = $0.content { bytes } else { nil }
            }
        }
    }

    /// The order that each key's value was written with.
    var orders: [String: UInt64] { content.withLock { $0.entries.compactMapValues(\.order) } }

    /// What is said of the run that each key's value belongs to.
    var runs: [String: String] { content.withLock { $0.entries.compactMapValues(\.run) } }

    /// What every call fails with.
    func fail(with error: NATSError?) { content.withLock { $0.error = error } }

    /// Writes a key as somebody else does; nil deletes it.
    func put(_ key: String, _ bytes: [UInt8]?) {
        content.withLock { state in
            state.revision += 1
            state.entries[key] = KeyEntry(
                bytes.map { .value($0) } ?? .deleted, revision: state.revision)
        }
    }

    /// Removes a key without a trace.
    func purge(_ key: String) { content.withLock { $0.entries[key] = nil } }

    private func ask<Answer>(_ body: (inout State) -> Answer) throws(NATSError) -> Answer {
        let (answer, error) = content.withLock { ($0.error == nil ? body(&$0) : nil, $0.error) }
        guard let answer else { throw error ?? NATSError(.other, "nothing") }
        return answer
    }

    func state() throws(NATSError) -> BucketState {
        try ask { state in
            state.calls.states += 1
            return BucketState(created: 1, revision: state.revision, keys: state.entries.count)
        }
    }

    func keys() throws(NATSError) -> [String] {
        try ask { state in
            state.calls.lists += 1
            return state.entries.keys.sorted()
        }
    }

    func entry(of key: String) throws(NATSError) -> KeyEntry? {
        let found: KeyEntry?? = try ask { state in
            state.calls.entries += 1
            return .some(state.entries[key])
        }
        return found ?? nil
    }

    func change(_ revision: UInt64) throws(NATSError) -> KeyChange? {
        let found: KeyChange?? = try ask { state in
            state.calls.changes += 1
            return .some(
                state.entries.first { $0.value.revision == revision }
                    .map { KeyChange($0.key, $0.value) })
        }
        return found ?? nil
    }

    func update(_ key: String, with offer: KeyOffer) throws(NATSError) -> UInt64 {
        let revision: UInt64? = try ask { state in
            guard (state.entries[key]?.revision ?? 0) == offer.expecting else { return 0 }
            state.revision += 1
            state.entries[key] = KeyEntry(
                .value(offer.value), revision: state.revision, order: offer.order,
                run: offer.run)
            return state.revision
        }
        guard let revision, revision > 0 else { throw NATSError(.conflict, "another revision") }
        return revision
    }

    func offer(_ offer: KeyOffer, to key: String) throws(NATSError) { _ = try ask { _ in true } }
    func create(replicas: Int) throws(NATSError) {}
    func close() {}

    func subscribe(to key: String?) throws(NATSError) -> any KeyListening {
        throw NATSError(.closed, "nobody speaks here")
    }
}
