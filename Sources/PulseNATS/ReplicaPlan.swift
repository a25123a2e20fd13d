internal import NATS

/// How many servers are to keep a new bucket: three, or as many as there are.
///
/// Pure.
struct ReplicaPlan: Sendable {
    /// What is to be tried.
    private(set) var replicas = 3
    private var tooFewSince: Duration?

    /// A cluster that has just started doesn't know all its servers yet, and a bucket keeps the
    /// number of replicas that it was made with.
    private static let timeout = Duration.seconds(10)

    /// Takes note that the servers couldn't do it.
    ///
    /// - Parameter now: time since any fixed origin.
    mutating func refused(_ code: NATSError.Code, at now: Duration) {
        switch code {
        case .notClustered:
            replicas = 1
        case .tooFewServers:
            let start = tooFewSince ?? now
            tooFewSince = start
            guard now - start >= Self.timeout, replicas > 1 else { return }
            replicas -= 1
            tooFewSince = nil
        default:
            break
        }
    }
}
