internal import Dispatch
public import Logging
public import NATS
internal import Pulse
public import PulseMonitor
internal import Synchronization

/// Sends each good state of a directory of runs into a bucket of NATS: each file its own key, called
/// as the run is.
///
/// One connection for all. Of each key only the newest state waits, and its order is that of
/// `RelayState`; the keys take turns, so that none waits for the others' updates.
///
/// Every call blocks, so it belongs on a thread of its own.
public final class DirectoryRelay: Relaying {
    private struct State {
        var link: RelayLink
        var relays: [String: RelayState] = [:]
        /// What tells the newest document of each key from others.
        var newest: [String: Int] = [:]
        /// The keys that have something to send, in turn.
        var pending: [String] = []
        var skips = SkippedLog(use: "sent")
        /// The names that can't be keys, each logged once.
        var refused: Set<String> = []
        /// Until when keys rest that we may not write: each try takes seconds, and the others wait.
        var restsUntil: [String: Duration] = [:]
        var hasBegun = false
    }

    private let source: any RunsSource
    private let makeSource: @Sendable () -> any RunsSource
    private let address: BucketAddress
    private let logger: Logger
    private let state: Mutex<State>
    private let isStopped = Atomic(false)
    private let wake = DispatchSemaphore(value: 0)
    private let origin = ContinuousClock.now

    /// How long the final states are tried when the relay is asked to end.
    private static let finalTimeout = Duration.seconds(10)
    /// How long a key rests that we may not write.
    private static let rest = Duration.seconds(60)
    /// A wait without an end is none that anybody could test.
    private static let longestWait = Duration.seconds(60)

    /// - Parameters:
    ///   - makeSource: makes the directory of runs: a source that runs can't be polled besides, and
    ///     what was written just before the end is looked for by another.
    ///   - store: the bucket.
    ///   - address: its address, by which the log calls it.
    public init(
        of makeSource: @escaping @Sendable () -> any RunsSource, to store: any BucketStore,
        at address: BucketAddress, logger: Logger
    ) {
        self.makeSource = makeSource
        source = makeSource()
        self.address = address
        self.logger = logger
        state = Mutex(
            State(link: RelayLink(store, name: address.bucket, logger: logger)))
    }

    /// Polls the files for what is there before anything new, and reads one key to see whether we may.
    ///
    /// - Returns: what is wrong when waiting can't help.
    public func begin() -> NATSError? {
        take(source.poll())
        let error = state.withLock { state in
            state.hasBegun = true
            // Where there is no run yet, any key that none is called.
            let key = state.pending.first ?? "pulse-relay"
            var relay = state.relays[key] ?? RelayState(of: SourceName(key: key))
            state.link.read(key, called: name(of: key), for: &relay, at: now)
            if state.relays[key] != nil { state.relays[key] = relay }
            return state.link.error
        }
        return error.flatMap { $0.isPermanent ? $0 : nil }
    }

    /// Ends ``run()`` when the last states are sent, or soon.
    ///
    /// From any thread.
    public func stop() {
        isStopped.store(true, ordering: .relaxed)
        wake.signal()
    }

    /// Watches the files and sends, until it is stopped.
    ///
    /// Ends by itself only when nothing was ever sent and waiting can't help.
    public func run() -> StatusRelay.Outcome {
        let task = Task { [source] in
            await source.run { delivery in
                self.take(delivery)
                self.wake.signal()
            }
        }
        defer {
            task.cancel()
            state.withLock { $0.link.close() }
        }
        var deadline: ContinuousClock.Instant?
        while true {
            let isEnding = isStopped.load(ordering: .relaxed)
            if isEnding, deadline == nil { take(makeSource().poll()) }
            let pause = state.withLock { sendInTurn(&$0) }
            let (link, isIdle) = state.withLock { ($0.link, $0.pending.isEmpty) }
            if isEnding {
                let end = deadline ?? .now + Self.finalTimeout
                deadline = end
                if isIdle { return link.outcome }
                if .now >= end { return .undelivered(link.error ?? Self.noTime) }
            }
            // Where one key may be written, others may come that may be, too.
            if let error = link.error, error.isPermanent, error.code != .notPermitted,
                !link.hasDelivered
            {
                return .undelivered(error)
            }
            guard let pause = isIdle ? Self.longestWait : pause else { continue }
            _ = wake.wait(timeout: .now() + .microseconds(Int(pause / .microseconds(1))))
        }
    }

    private static let noTime = NATSError(.timedOut, "there was no time")

    /// Takes the states that the files hold now.
    private func take(_ delivery: RunsDelivery) {
        state.withLock { state in
            for source in delivery.sources {
                guard let document = source.document else { continue }
                let key = source.name.description
                // Of the same state nothing is sent again.
                guard canBeKey(key, &state),
                    state.newest.updateValue(document.hashValue, forKey: key) != document.hashValue
                else { continue }
                state.relays[key, default: RelayState(of: source.name)].accept(
                    RelayState.Document(
                        bytes: document.bytes, timestamp: document.timestamp,
                        isFound: !state.hasBegun), at: now)
                if !state.pending.contains(key) { state.pending.append(key) }
            }
            if let skipped = delivery.skipped { state.skips.take(skipped, to: logger) }
        }
    }

    /// Does one thing for each key that has something to send.
    ///
    /// - Returns: how long nothing is to be done; nil when there is more.
    private func sendInTurn(_ state: inout State) -> Duration? {
        var pause: Duration?
        var hasMore = false
        for key in state.pending {
            if let end = state.restsUntil[key], end > now {
                pause = min(pause ?? end - now, end - now)
                continue
            }
            guard var relay = state.relays[key] else { continue }
            var error: NATSError?
            switch relay.next(at: now) {
            case .rest: break
            case .wait(let duration): pause = min(pause ?? duration, duration)
            case .read:
                error = state.link.read(key, called: name(of: key), for: &relay, at: now)
                hasMore = true
            case .send(let offer):
                error = state.link.send(offer, to: key, for: &relay, at: now)
                hasMore = true
            case .offer(let offer):
                state.link.offer(offer, to: key, for: &relay, at: now)
                hasMore = true
            }
            state.relays[key] = relay
            state.restsUntil[key] = error?.code == .notPermitted ? now + Self.rest : nil
        }
        state.pending.removeAll { state.relays[$0]?.pending == nil }
        return hasMore ? nil : pause
    }

    private func canBeKey(_ name: String, _ state: inout State) -> Bool {
        guard let error = Self.error(of: name, in: address) else { return true }
        if state.refused.insert(name).inserted { logger.warning("\(name) isn't sent: \(error)") }
        return false
    }

    private static func error(of key: String, in address: BucketAddress) -> String? {
        do throws(KeyAddress.ParseError) {
            _ = try KeyAddress(key, in: address)
            return nil
        } catch {
            return error.description
        }
    }

    private func name(of key: String) -> String { "\(address)/\(key)" }

    private var now: Duration { ContinuousClock.now - origin }
}
