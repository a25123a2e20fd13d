public import Logging
public import NATS
internal import Pulse
internal import PulseMonitor
internal import Synchronization

/// Sends each good state of a status file into a key of NATS, as the trainer wrote it.
///
/// What the file holds when it can't be read, or isn't PULSE v1, is nothing to send: the key keeps
/// the last good state. Whoever serves it sees silence then, and a run that becomes stale.
///
/// Every call blocks, so it belongs on a thread of its own.
public final class StatusRelay: Relaying {
    /// How a relay ended.
    public enum Outcome: Sendable, Hashable {
        /// The cluster has acknowledged the last state.
        case delivered
        /// The last state isn't known to have arrived, because of this.
        case undelivered(NATSError)
    }

    private struct State {
        var reader: StatusFileReader
        var link: RelayLink
        var relay: RelayState
        /// Why the file holds nothing to send.
        var fileError: PulseError?
        var polls = 0
    }

    private let path: String
    private let key: String
    private let name: String
    private let pollInterval: Duration
    private let watches: Bool
    private let logger: Logger
    private let state: Mutex<State>
    private let cancellation = CancellationPipe()
    private let origin = ContinuousClock.now

    /// How long the final state is tried when the relay is asked to end.
    private static let finalTimeout = Duration.seconds(10)

    /// - Parameters:
    ///   - statusFile: it need not exist yet.
    ///   - key: the key in the store's bucket.
    ///   - name: what the log calls the key.
    public init(
        statusFile: String, to key: String, in store: any BucketStore, name: String,
        pollInterval: Duration = .seconds(2), watches: Bool = true, logger: Logger
    ) {
        path = statusFile
        self.key = key
        self.name = name
        self.pollInterval = pollInterval
        self.watches = watches
        self.logger = logger
        state = Mutex(
            State(
                reader: StatusFileReader(path: statusFile),
                link: RelayLink(store, name: name, logger: logger),
                relay: RelayState(of: SourceName(key: key))))
    }

    /// Polls the file for what is there before anything new, and reads the key to see whether we may.
    ///
    /// - Returns: what is wrong when waiting can't help.
    public func begin() -> NATSError? {
        let error = state.withLock { state in
            poll(&state)
            read(&state)
            return state.link.error
        }
        return error.flatMap { $0.isPermanent ? $0 : nil }
    }

    /// Ends ``run()`` when the last state is sent, or soon.
    ///
    /// From any thread.
    public func stop() {
        cancellation.cancel()
    }

    /// Watches the file and sends, until it is stopped.
    ///
    /// Ends by itself only when nothing was ever sent and waiting can't help.
    public func run() -> Outcome {
        defer { state.withLock { $0.link.close() } }
        var watcher = DirectoryWatcher(file: path, isEnabled: watches)
        var deadline: ContinuousClock.Instant?
        while true {
            // Watching starts before the poll: a change in between is seen at the next wait.
            watcher.prepare()
            let isEnding = cancellation.isCancelled
            let (action, link, cannotBegin) = state.withLock { state in
                poll(&state)
                let action = state.relay.next(at: now)
                let link = state.link
                let cannotBegin = link.error?.isPermanent ?? false && !link.hasDelivered
                return (action, link, cannotBegin)
            }
            if isEnding {
                let end = deadline ?? .now + Self.finalTimeout
                deadline = end
                if action == .rest { return link.outcome }
                if .now >= end { return .undelivered(link.error ?? Self.noTime) }
            }
            if let error = link.error, cannotBegin { return .undelivered(error) }
            switch action {
            case .rest: watcher.wait(atMost: pollInterval, cancellation: cancellation)
            case .wait(let duration) where isEnding: CancellationPipe().wait(atMost: duration)
            case .wait(let duration):
                watcher.wait(atMost: min(duration, pollInterval), cancellation: cancellation)
            case .read: state.withLock { read(&$0) }
            case .send(let offer): state.withLock { send(offer, &$0) }
            case .offer(let offer): state.withLock { self.offer(offer, &$0) }
            }
        }
    }

    private static let noTime = NATSError(.timedOut, "there was no time")

    /// Takes what is new in the file.
    private func poll(_ state: inout State) {
        state.polls += 1
        switch state.reader.read() {
        case .unchanged: break
        case .accepted(let status):
            state.fileError = nil
            guard let bytes = state.reader.document else { break }
            state.relay.accept(
                RelayState.Document(
                    bytes: bytes, timestamp: status.timestamp, isFound: state.polls == 1),
                at: now)
        case .rejected(let error):
            let old = state.fileError
            state.fileError = error
            // One line for each new error, not one for each poll.
            if error.reason == old?.reason, error.field == old?.field { break }
            logger.log(
                level: error.reason == .missing ? .info : .warning,
                "nothing to send: \(error.description)")
        }
    }

    private func read(_ state: inout State) {
        state.link.read(key, called: name, for: &state.relay, at: now)
    }

    private func send(_ offer: KeyOffer, _ state: inout State) {
        state.link.send(offer, to: key, for: &state.relay, at: now)
    }

    private func offer(_ offer: KeyOffer, _ state: inout State) {
        state.link.offer(offer, to: key, for: &state.relay, at: now)
    }

    private var now: Duration { ContinuousClock.now - origin }
}
