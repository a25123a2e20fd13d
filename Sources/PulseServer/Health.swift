internal import MicroHTTPD
internal import Synchronization

/// The server's own health.
///
/// A dead trainer fails neither answer.
final class Health: Sendable {
    private let isStopping = Atomic(false)
    private let fine: Response
    private let stopping: Response

    init(policy: AccessPolicy) {
        let type = HeaderLine("Content-Type", "text/plain; charset=utf-8")
        let headers = [type, HeaderLine("Cache-Control", "no-store")] + policy.headersByOrigin[0]
        fine = Response(status: 200, headers: headers, body: Array("ok\n".utf8))
        stopping = Response(status: 503, headers: headers, body: Array("stopping\n".utf8))
    }

    /// From here on the server isn't ready: a proxy should send nobody here any more.
    func beginStopping() {
        isStopping.store(true, ordering: .releasing)
    }

    /// Answered by the daemon's thread: whoever gets an answer knows that it lives.
    var livez: Response { fine }

    var readyz: Response { isStopping.load(ordering: .acquiring) ? stopping : fine }
}
