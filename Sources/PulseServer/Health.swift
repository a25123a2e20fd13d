internal import MicroHTTPD
internal import Synchronization

/// The server's own health.
///
/// A dead trainer fails neither answer.
final class Health: Sendable {
    private let isStopping = Atomic(false)
    private let fine: Representation
    private let stopping: Representation

    init(policy: AccessPolicy) {
        fine = Representation(
            type: "text/plain; charset=utf-8", body: Array("ok\n".utf8), tag: nil, policy: policy)
        stopping = Problem.unavailable("the server is stopping", retryAfter: 2)
            .representation(policy: policy)
    }

    /// From here on the server isn't ready: a proxy should send nobody here any more.
    func beginStopping() {
        isStopping.store(true, ordering: .releasing)
    }

    /// Answered by the daemon's thread: whoever gets an answer knows that it lives.
    var livez: Representation { fine }

    var readyz: Representation { isStopping.load(ordering: .acquiring) ? stopping : fine }
}
