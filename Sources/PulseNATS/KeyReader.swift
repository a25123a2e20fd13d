internal import NATS
internal import Pulse
internal import PulseMonitor

/// Turns what is found under a key into what a source reports: pure, with time passed in.
///
/// The twin of `StatusFileReader`: the last good state stays whatever happens to the key.
struct KeyReader: Sendable {
    private(set) var report = SourceReport()
    /// The newest revision that was seen, when that was stored, and what its writer counted it as.
    private(set) var revision: UInt64 = 0
    private var time: Int64 = 0
    private var order: UInt64 = 0
    /// What is shown, when it was heard and isn't stored as far as is known.
    private var ahead: KeyOffer?
    /// Since when looks find something older stored.
    private var behindSince: Duration?
    /// What is wrong with it; nil when it is good.
    private var fault: PulseError?
    private var failingSince: Duration?
    private let name: String

    /// Clients aren't told of an outage that is shorter: a connection that moves to another server
    /// is no news.
    private static let blink = Duration.seconds(1)
    /// How long a state may be shown that a cluster which answers hasn't stored.
    ///
    /// After that it never will be: its relay has died with it. Longer than a relay waits between
    /// two attempts.
    private static let grace = Duration.seconds(5)

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
        order = 0
        ahead = nil
    }

    /// Takes what is on its way to the key.
    ///
    /// It is news when nothing newer is known: what it is to replace is the newest that is stored,
    /// and nothing that was sent after it was heard before. A cluster that can't be read stays so.
    mutating func hear(_ offer: KeyOffer) {
        guard offer.expecting >= revision else { return }
        behindSince = nil
        guard offer.order > max(order, ahead?.order ?? 0) else { return }
        ahead = offer
        judge(.value(offer.value))
        if failingSince == nil { report.error = fault }
    }

    /// Takes what the key holds; nil when it was never written.
    mutating func take(_ entry: KeyEntry?, at now: Duration) {
        report.reads += 1
        failingSince = nil
        guard let entry else { return miss("there is no such key yet") }
        let isNew = entry.revision > revision
        if isNew {
            revision = entry.revision
            time = entry.time
            order = entry.order ?? 0
        }
        if isBehindShown(entry, at: now) {
            // What is shown is newer.
        } else if isNew || ahead != nil {
            let isShown = ahead.map { .value($0.value) == entry.content } ?? false
            ahead = nil
            behindSince = nil
            if !isShown { judge(entry.content) }
        } else if let fault {
            // What was wrong still is: that is one more look that failed.
            report.failures[fault.reason, default: 0] += 1
        }
        report.error = fault
    }

    /// Whether what is stored is older than what is shown, and its storing may come yet.
    private mutating func isBehindShown(_ entry: KeyEntry, at now: Duration) -> Bool {
        guard let ahead, let order = entry.order ?? (entry.revision > ahead.expecting ? nil : 0),
            order < ahead.order
        else { return false }
        let start = behindSince ?? now
        behindSince = start
        return now - start < Self.grace
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
