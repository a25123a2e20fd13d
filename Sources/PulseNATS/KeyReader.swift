internal import NATS
internal import Pulse
internal import PulseMonitor

/// Turns what is found under a key into what a source delivers: pure, with time passed in.
struct KeyReader: Sendable {
    /// The newest revision that was seen, when that was stored, and what its writer counted it as.
    private(set) var revision: UInt64 = 0
    private var time: Int64 = 0
    private var order: UInt64 = 0
    /// What is shown, when it was received on the subject and isn't committed by the stream as far as
    /// is known.
    private var uncommitted: KeyOffer?
    /// Since when looks find something older stored.
    private var behindSince: Duration?
    /// What is wrong with it; nil when it is good.
    private var fault: PulseError?
    private var failingSince: Duration?
    /// Why the cluster can't be read, once that is no blink any more.
    private var outage: PulseError?
    private var hasPolled = false
    /// What the relay says of the run that the newest valid value belongs to.
    private(set) var mark: RunMark?
    /// What was wrong with such words: each is said once.
    private var ignored: Set<RunMark.ParseError> = []
    private var complaint: String?
    private let name: String
    private let source: SourceName

    /// No outage is reported that is shorter: a connection that moves to another server
    /// is no outage.
    private static let blink = Duration.seconds(1)
    /// How long a state may be shown that a cluster which answers hasn't stored.
    ///
    /// After that it never will be: its relay has died with it. Longer than a relay waits between
    /// two attempts.
    private static let grace = Duration.seconds(5)

    /// - Parameters:
    ///   - name: what the errors call the key.
    ///   - source: what a relay calls the runs of the key.
    init(name: String, source: SourceName) {
        self.name = name
        self.source = source
    }

    /// What somebody should know and wasn't told yet; nil when that is nothing.
    mutating func takeComplaint() -> String? { complaint.take() }

    /// Whether a change doesn't follow what was seen: an old leader's answer, or another bucket's.
    func isOutOfOrder(_ entry: KeyEntry) -> Bool {
        entry.revision < revision || entry.revision == revision && entry.time != time
    }

    /// The bucket is another one: its revisions say nothing about those before.
    mutating func beginAnew() {
        revision = 0
        order = 0
        uncommitted = nil
    }

    /// Takes what is on its way to the key.
    ///
    /// It counts when nothing newer is known: what it is to replace is the newest that is stored,
    /// and nothing that was sent after it was received before. A cluster that can't be read stays so.
    mutating func receive(_ offer: KeyOffer) -> [SourceEvent] {
        guard offer.expecting >= revision else { return [] }
        behindSince = nil
        guard offer.order > max(order, uncommitted?.order ?? 0) else { return [] }
        uncommitted = offer
        return [judge(.value(offer.value), run: offer.run)] + (outage.map { [.failed($0)] } ?? [])
    }

    /// Takes what the key holds; nil when it was never written.
    mutating func take(_ entry: KeyEntry?, at now: Duration) -> SourceEvent {
        hasPolled = true
        (failingSince, outage) = (nil, nil)
        guard let entry else { return miss("there is no such key yet") }
        let isNew = entry.revision > revision
        if isNew {
            revision = entry.revision
            time = entry.time
            order = entry.order ?? 0
        }
        if isBehindShown(entry, at: now) {
            // What is shown is newer.
        } else if isNew || uncommitted != nil {
            let isShown = uncommitted.map { .value($0.value) == entry.content } ?? false
            uncommitted = nil
            behindSince = nil
            if !isShown { return judge(entry.content, run: entry.run) }
        }
        // What was wrong still is: that is one more poll that failed.
        return fault.map { .failed($0) } ?? .unchanged
    }

    /// Whether something is shown that isn't committed as far as is known.
    var isUnsure: Bool { uncommitted != nil }

    /// Takes word that the key is as it was, from whoever knows all keys.
    mutating func confirm() -> SourceEvent {
        hasPolled = true
        (failingSince, outage) = (nil, nil)
        return fault.map { .failed($0) } ?? .unchanged
    }

    /// Whether what is stored is older than what is shown, and its storing may come yet.
    private mutating func isBehindShown(_ entry: KeyEntry, at now: Duration) -> Bool {
        guard let uncommitted,
            let order = entry.order ?? (entry.revision > uncommitted.expecting ? nil : 0),
            order < uncommitted.order
        else { return false }
        let start = behindSince ?? now
        behindSince = start
        return now - start < Self.grace
    }

    /// Takes note that the key can't be read.
    mutating func fail(_ error: NATSError, at now: Duration) -> SourceEvent {
        let isFirst = !hasPolled
        hasPolled = true
        if error.code == .noBucket {
            (failingSince, outage) = (nil, nil)
            beginAnew()
            return miss("there is no such bucket yet")
        }
        let error = PulseError(error.reason, "\(name): \(error.explanation)")
        let start = failingSince ?? now
        failingSince = start
        guard isFirst || outage != nil || now - start >= Self.blink else { return .faltered(error) }
        outage = error
        return .failed(error)
    }

    private func miss(_ text: String) -> SourceEvent {
        .failed(PulseError(.missing, "\(name): \(text)"))
    }

    private mutating func judge(_ content: KeyEntry.Content, run: String?) -> SourceEvent {
        do throws(PulseError) {
            guard case .value(let bytes) = content else {
                throw PulseError(.missing, "\(name): the key was deleted")
            }
            let document = try PulseDecoder.decodeDocument(bytes)
            fault = nil
            mark = run.flatMap { read($0) }
            return .accepted(document)
        } catch {
            fault = error
            return .failed(error)
        }
    }

    /// Reads what a relay says of a run: what is wrong is ignored, as if it had said nothing.
    private mutating func read(_ run: String) -> RunMark? {
        do throws(RunMark.ParseError) {
            return try RunMark(run, of: source)
        } catch {
            if ignored.insert(error).inserted {
                let text = PrintableText.escaping(String(run.unicodeScalars.prefix(64)))
                complaint = "\(name): its Pulse-Run is ignored, because \(error): '\(text)'"
            }
            return nil
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
