public import NATS
internal import Pulse
public import PulseMonitor
internal import Synchronization

/// A key in NATS as a source: looked at every poll interval, and heard at once when it is sent.
///
/// The key is asked of the leader, so that `ok` means what it says: a replica that lost the others
/// would answer for ever. What is heard is the trainer's word as well, and comes while there is no
/// leader too. Blocking calls have a thread of their own here, as a file's have.
public final class NATSSource: StatusSource {
    private struct State {
        var reader: KeyReader
        var store: any KeyStore
        /// Which bucket the revisions belong to; nil until that was asked.
        var bucket: Int64?

        /// Revisions begin again when the bucket was made anew; otherwise somebody answered who
        /// doesn't know yet that he leads no more.
        mutating func judgeBucket(of entry: KeyEntry?) throws(NATSError) {
            guard let entry, reader.isAstray(entry) else { return }
            let created = try store.bucketCreated()
            if created != bucket { reader.beginAnew() }
            bucket = created
        }
    }

    /// What is known, and until when it is: then the next look must have ended.
    private struct Published {
        var report = SourceReport()
        var validUntil: ContinuousClock.Instant
    }

    private let state: Mutex<State>
    private let published: Mutex<Published>
    private let name: String
    private let pollInterval: Duration
    private let watches: Bool
    private let origin = ContinuousClock.now

    /// How soon it is tried again when the cluster is away.
    private static let retry = Duration.milliseconds(250)
    /// The pauses between looks for what others than relays sent: each is twice the one before.
    private static let shortestPause = Duration.milliseconds(1)
    private static let longestPause = Duration.milliseconds(128)
    /// A look takes longer than this only when the search for a host's address hangs.
    private static let patience = Duration.seconds(10)

    /// - Parameters:
    ///   - store: the key.
    ///   - name: what the errors call it; clients see it.
    ///   - pollInterval: how often it is looked at.
    ///   - watches: whether changes wake the poll. Without it news arrive within the poll interval.
    public init(
        _ store: any KeyStore, name: String, pollInterval: Duration = .seconds(2),
        watches: Bool = true
    ) {
        self.pollInterval = pollInterval
        self.watches = watches
        self.name = name
        published = Mutex(Published(validUntil: .now + pollInterval + Self.patience))
        state = Mutex(State(reader: KeyReader(name: name), store: store))
    }

    /// Everything known after the newest look; an error when the next one doesn't end.
    public var report: SourceReport { report(at: .now) }

    func report(at now: ContinuousClock.Instant) -> SourceReport {
        published.withLock { published in
            guard now > published.validUntil else { return published.report }
            var report = published.report
            report.error = PulseError(.ioError, "\(name): the last look at it is too long ago")
            return report
        }
    }

    /// Looks once, so that there is something to serve, or a reason why not.
    ///
    /// - Returns: what is wrong when waiting can't help, as with wrong credentials.
    public func begin() -> NATSError? {
        look().flatMap { $0.isPermanent ? $0 : nil }
    }

    /// Looks until the task is cancelled, on a thread of its own.
    public func run(onLook: @escaping @Sendable () -> Void) async {
        await BlockingThread.run(
            "pulse.source", untilCancelled: { self.loop(until: $0, onLook: onLook) })
    }

    private func loop(until cancellation: CancellationPipe, onLook: () -> Void) {
        defer { state.withLock { $0.store.close() } }
        var listener = KeyListener(isEnabled: watches)
        while !cancellation.isCancelled {
            // Listening starts before the look: what is stored in between is seen at the next wait.
            state.withLock { listener.prepare(&$0.store) }
            let error = look()
            onLook()
            // The look may have made a new connection, which ends the wait at once.
            let store = state.withLock { $0.store }
            let comesBack = error.map { !$0.isPermanent && $0.code != .noBucket } ?? false
            let end =
                ContinuousClock.now + (comesBack ? min(Self.retry, pollInterval) : pollInterval)
            while let news = listener.wait(
                atMost: end - .now, on: store, cancellation: cancellation)
            {
                guard case .offer(let offer) = news else {
                    expectNews(cancellation: cancellation, onLook: onLook)
                    break
                }
                hear(offer)
                onLook()
            }
        }
    }

    /// Looks again and again until something new is stored, for a moment: it is heard when it is
    /// sent, and some of the servers that are to keep it have it a little later.
    ///
    /// What was refused never is, and what is late is found by the next look that is due.
    private func expectNews(cancellation: CancellationPipe, onLook: () -> Void) {
        let known = state.withLock { $0.reader.revision }
        var pause = Self.shortestPause
        while !cancellation.isCancelled, pause <= Self.longestPause {
            let error = look()
            onLook()
            if error != nil || state.withLock({ $0.reader.revision }) != known { return }
            cancellation.wait(atMost: pause)
            pause *= 2
        }
    }

    private func hear(_ offer: KeyOffer) {
        let report = state.withLock { state in
            state.reader.hear(offer)
            return state.reader.report
        }
        published.withLock { $0.report = report }
    }

    /// Looks once.
    ///
    /// - Returns: why the key couldn't be asked for.
    @discardableResult
    func look() -> NATSError? {
        let (report, error) = state.withLock { state in
            do throws(NATSError) {
                if state.bucket == nil { state.bucket = try state.store.bucketCreated() }
                let entry = try state.store.entry()
                try state.judgeBucket(of: entry)
                state.reader.take(entry, at: ContinuousClock.now - origin)
                return (state.reader.report, NATSError?.none)
            } catch {
                state.reader.fail(error, at: ContinuousClock.now - origin)
                return (state.reader.report, error)
            }
        }
        let validUntil = ContinuousClock.now + pollInterval + Self.patience
        published.withLock { $0 = Published(report: report, validUntil: validUntil) }
        return error
    }
}
