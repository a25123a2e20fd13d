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
public final class StatusRelay: Sendable {
    /// How a relay ended.
    public enum Outcome: Sendable, Hashable {
        /// The cluster has acknowledged the last state.
        case delivered
        /// The last state isn't known to have arrived, because of this.
        case undelivered(NATSError)
    }

    private struct State {
        var reader: StatusFileReader
        var store: any KeyStore
        var relay = RelayState()
        var plan = ReplicaPlan()
        /// Why the cluster takes nothing at the moment.
        var clusterError: NATSError?
        /// The codes that were logged in this outage.
        var loggedCodes: Set<NATSError.Code> = []
        /// Why the file holds nothing to send.
        var fileError: PulseError?
        var polls = 0
        var hasDelivered = false
    }

    private let path: String
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
    ///   - store: the key.
    ///   - name: what the log calls the key.
    public init(
        statusFile: String, to store: any KeyStore, name: String,
        pollInterval: Duration = .seconds(2), watches: Bool = true, logger: Logger
    ) {
        path = statusFile
        self.name = name
        self.pollInterval = pollInterval
        self.watches = watches
        self.logger = logger
        state = Mutex(State(reader: StatusFileReader(path: statusFile), store: store))
    }

    /// Polls the file for what is there before anything new, and reads the key to see whether we may.
    ///
    /// - Returns: what is wrong when waiting can't help.
    public func begin() -> NATSError? {
        let error = state.withLock { state in
            poll(&state)
            read(&state)
            return state.clusterError
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
        defer { state.withLock { $0.store.close() } }
        var watcher = DirectoryWatcher(file: path, isEnabled: watches)
        var deadline: ContinuousClock.Instant?
        while true {
            // Watching starts before the poll: a change in between is seen at the next wait.
            watcher.prepare()
            let isEnding = cancellation.isCancelled
            let (action, error, cannotBegin) = state.withLock { state in
                poll(&state)
                let action = state.relay.next(at: ContinuousClock.now - origin)
                let cannotBegin = state.clusterError?.isPermanent ?? false && !state.hasDelivered
                return (action, state.clusterError, cannotBegin)
            }
            if isEnding {
                let end = deadline ?? .now + Self.finalTimeout
                deadline = end
                if action == .rest { return Self.outcome(of: error) }
                if .now >= end { return .undelivered(error ?? Self.noTime) }
            }
            if let error, cannotBegin { return .undelivered(error) }
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

    /// When nothing is left to send: a state that is too large for every server was given up.
    private static func outcome(of error: NATSError?) -> Outcome {
        if let error, error.code == .tooLarge { return .undelivered(error) }
        return .delivered
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
                    bytes: bytes, timestamp: status.timestamp, isFound: state.polls == 1))
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
        do throws(NATSError) {
            switch state.relay.found(try state.store.entry()) {
            case nil: break
            case .outdated(let timestamp):
                logger.warning(
                    "not sent: \(name) holds a later state, from \(timestamp) in unix time")
            case .contested: logger.warning("somebody else writes \(name) as well")
            }
            if state.relay.pending == nil { settle(&state) }
        } catch {
            guard error.code != .noBucket else { return createBucket(&state) }
            state.relay.failedToRead(at: ContinuousClock.now - origin)
            report(error, &state)
        }
    }

    private func createBucket(_ state: inout State) {
        do throws(NATSError) {
            try state.store.createBucket(replicas: state.plan.replicas)
            state.relay.foundNewBucket()
            logger.info("made the bucket for \(name), replicas: \(state.plan.replicas)")
        } catch {
            let now = ContinuousClock.now - origin
            state.plan.refused(error.code, at: now)
            state.relay.failedToRead(at: now)
            // Another one was faster, or one server is enough: there is nothing to report.
            if error.code != .bucketExists, error.code != .notClustered { report(error, &state) }
        }
    }

    private func send(_ offer: KeyOffer, _ state: inout State) {
        do throws(NATSError) {
            let new = try state.store.update(with: offer)
            state.relay.sent(offer.value, revision: new)
            state.hasDelivered = true
            settle(&state)
        } catch {
            state.relay.failedToSend(offer.value, error.code, at: ContinuousClock.now - origin)
            if error.code != .conflict { report(error, &state) }
        }
    }

    private func offer(_ offer: KeyOffer, _ state: inout State) {
        do throws(NATSError) {
            try state.store.offer(offer)
            state.relay.offered(offer.value)
        } catch {
            state.relay.failedToRead(at: ContinuousClock.now - origin)
            report(error, &state)
        }
    }

    /// One line for each kind of error of an outage, not one for each attempt.
    private func report(_ error: NATSError, _ state: inout State) {
        state.clusterError = error
        if state.loggedCodes.insert(error.code).inserted { logger.warning("\(name): \(error)") }
    }

    private func settle(_ state: inout State) {
        if state.clusterError != nil { logger.info("\(name): the cluster answers again") }
        state.clusterError = nil
        state.loggedCodes = []
    }
}
