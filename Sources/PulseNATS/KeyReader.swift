internal import NATS
internal import Pulse
internal import PulseServer

/// Turns what is found under a key into what a source reports: pure, with time passed in.
///
/// The twin of `StatusFileReader`: the last good state stays whatever happens to the key.
struct KeyReader: Sendable {
    private(set) var report = SourceReport()
    /// The newest revision that was seen, and when that was stored.
    private var revision: UInt64 = 0
    private var time: Int64 = 0
    /// What is wrong with it; nil when it is good.
    private var fault: PulseError?
    private var failingSince: Duration?
    private let name: String

    /// Clients aren't told of an outage that is shorter: a connection that moves to another server
    /// is no news.
    private static let blink = Duration.seconds(1)

    /// - Parameter name: what the errors call the key.
    init(name: String) {
        self.name = name
    }

    /// Whether a change doesn't follow what was seen: an old leader's answer, or another bucket's.
    func isAstray(_ entry: KeyEntry) -> Bool {
        entry.revision < revision || entry.revision == revision && entry.time != time
    }

    /// The bucket is another one: its revisions tell nothing about those before.
    mutating func beginAnew() {
        revision = 0
    }

    /// Takes what the key holds; nil when it was never written.
    mutating func take(_ entry: KeyEntry?) {
        report.reads += 1
        failingSince = nil
        guard let entry else { return miss("there is no such key yet") }
        if entry.revision > revision {
            revision = entry.revision
            time = entry.time
            judge(entry.content)
        } else if let fault {
            // What was wrong still is: that is one more look that failed.
            report.failures[fault.reason, default: 0] += 1
        }
        report.error = fault
    }

    /// Takes note that the key can't be read.
    mutating func fail(_ error: NATSError, at now: Duration) {
        if error.code == .noBucket {
            report.reads += 1
            failingSince = nil
            beginAnew()
            return miss("there is no such bucket yet")
        }
        let error = PulseError(error.reason, "\(name): \(error.explanation)")
        report.failures[error.reason, default: 0] += 1
        let start = failingSince ?? now
        failingSince = start
        let isFirst = report.reads == 0
        report.reads += 1
        if isFirst || now - start >= Self.blink { report.error = error }
    }

    private mutating func miss(_ text: String) {
        report.failures[.missing, default: 0] += 1
        report.error = PulseError(.missing, "\(name): \(text)")
    }

    private mutating func judge(_ content: KeyEntry.Content) {
        do throws(PulseError) {
            guard case .value(let bytes) = content else {
                throw PulseError(.missing, "\(name): the key was deleted")
            }
            report.lastGood = try PulseDecoder.decode(bytes)
            report.accepted += 1
            fault = nil
        } catch {
            report.failures[error.reason, default: 0] += 1
            fault = error
        }
    }
}

extension NATSError {
    /// The reason under which a failed look is counted.
    fileprivate var reason: PulseError.Reason {
        switch code {
        case .unauthorized, .notPermitted, .unusableFile: .permissionDenied
        default: .ioError
        }
    }

    /// Why the key can't be read, for whoever may see the status: it names no hosts.
    fileprivate var explanation: String {
        switch code {
        case .unreachable, .closed: "no server of the cluster can be reached"
        case .timedOut, .noJetStream: "the cluster does not answer; it may have no leader"
        case .insecure: "the cluster can't be trusted: TLS failed"
        case .unauthorized: "the cluster refuses our credentials"
        case .notPermitted: "our credentials do not permit it to be read"
        case .unusableFile: "the credentials can't be used"
        default: text
        }
    }
}
