import NATS
import Pulse
import PulseServer
import Testing

@testable import PulseNATS

@Suite("NATSSource")
struct NATSSourceTests {
    /// A bucket whose key was never written.
    private struct EmptyStore: KeyStore {
        var line: Int? { 0 }

        func entry() throws(NATSError) -> KeyEntry? { nil }
        func update(with offer: KeyOffer) throws(NATSError) -> UInt64 { 1 }
        func offer(_ offer: KeyOffer) throws(NATSError) {}
        func createBucket(replicas: Int) throws(NATSError) {}
        func bucketCreated() throws(NATSError) -> Int64 { 0 }

        func subscribe() throws(NATSError) -> any KeyListening {
            throw NATSError(.closed, "nobody speaks here")
        }
    }

    @Test("a look that never ends makes the source unreadable, until one ends")
    func overdue() {
        let source = NATSSource(EmptyStore(), name: "b/k", pollInterval: .seconds(2))
        source.look()
        #expect(source.report(at: .now).error?.reason == .missing)
        let late = source.report(at: .now + .seconds(13)).error
        #expect(late?.reason == .ioError)
        #expect(late?.description.contains("b/k: the last look at it is too long ago") == true)
        source.look()
        #expect(source.report(at: .now).error?.reason == .missing)
    }
}
