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
        /// Why nothing arrives at the moment.
        var trouble: NATSError?
        /// What was logged of it.
        var told: Set<NATSError.Code> = []
        /// What is wrong with the file.
        var complaint: PulseError?
        var looks = 0
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

    /// How long the last state is tried when the relay is told to end.
    private static let lastWord = Duration.seconds(10)

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

    /// Looks at the file for what is there before anything new, and at the key for whether we may.
    ///
    /// - Returns: what is wrong when waiting can't help.
    public func begin() -> NATSError? {
        let trouble = state.withLock { state in
            look(&state)
            read(&state)
            return state.trouble
        }
        return trouble.flatMap { $0.isPermanent ? $0 : nil }
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
            // Watching starts before the look: a change in between is seen at the next wait.
            watcher.prepare()
            let isEnding = cancellation.isCancelled
            let (action, trouble, isHopeless) = state.withLock { state in
                look(&state)
                let action = state.relay.next(at: ContinuousClock.now - origin)
                let isHopeless = state.trouble?.isPermanent ?? false && !state.hasDelivered
                return (action, state.trouble, isHopeless)
            }
            if isEnding {
                let end = deadline ?? .now + Self.lastWord
                deadline = end
                if action == .rest { return Self.outcome(of: trouble) }
                if .now >= end { return .undelivered(trouble ?? Self.noTime) }
            }
            if let trouble, isHopeless { return .undelivered(trouble) }
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

    /// When all is said: a state that no server takes was given up.
    private static func outcome(of trouble: NATSError?) -> Outcome {
        if let trouble, trouble.code == .tooLarge { return .undelivered(trouble) }
        return .delivered
    }

    private static let noTime = NATSError(.timedOut, "there was no time")

    /// Takes what is new in the file.
    private func look(_ state: inout State) {
        state.looks += 1
        switch state.reader.read() {
        case .unchanged: break
        case .accepted(let status):
            state.complaint = nil
            guard let bytes = state.reader.document else { break }
            state.relay.accept(
                RelayState.Document(
                    bytes: bytes, timestamp: status.timestamp, isFound: state.looks == 1))
        case .rejected(let error):
            let old = state.complaint
            state.complaint = error
            // One line for each new trouble, not one for each look.
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
            complain(error, &state)
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
            // Another one was faster, or one server is enough: there is nothing to complain of.
            if error.code != .bucketExists, error.code != .notClustered { complain(error, &state) }
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
            if error.code != .conflict { complain(error, &state) }
        }
    }

    private func offer(_ offer: KeyOffer, _ state: inout State) {
        do throws(NATSError) {
            try state.store.offer(offer)
            state.relay.offered(offer.value)
        } catch {
            state.relay.failedToRead(at: ContinuousClock.now - origin)
            complain(error, &state)
        }
    }

    /// One line for each kind of trouble of an outage, not one for each attempt.
    private func complain(_ error: NATSError, _ state: inout State) {
        state.trouble = error
        if state.told.insert(error.code).inserted { logger.warning("\(name): \(error)") }
    }

    private func settle(_ state: inout State) {
        if state.trouble != nil { logger.info("\(name): the cluster answers again") }
        state.trouble = nil
        state.told = []
    }
}
