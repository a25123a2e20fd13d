public import Logging
public import NATS
internal import Pulse
public import PulseMonitor
internal import Synchronization

/// A bucket of NATS as sources: each key is one, as `NATSSource` is.
///
/// One connection and one thread for all of them. A poll asks for the state of the bucket: while its
/// newest revision stays, all keys are as they were; otherwise only what has changed is asked for.
/// Nothing is asked of the cluster for each key and poll, and nothing is kept there for us.
public final class BucketSource: RunsSource {
    private struct State {
        var reader: BucketReader
        var store: any BucketStore
        /// What was found before there was anybody to deliver it to.
        var first: RunsDelivery?
        /// The revision of the newest state that was taken.
        var revision: UInt64 = 0
    }

    private let state: Mutex<State>
    private let pace: PollPace
    private let watches: Bool
    private let logger: Logger?
    private let origin = ContinuousClock.now

    /// - Parameters:
    ///   - store: the bucket.
    ///   - bucket: its name.
    ///   - pollInterval: how often it is polled.
    ///   - watches: whether changes wake the poll. Without it updates arrive within the poll
    ///     interval.
    ///   - limit: keys at most; those beyond are counted.
    ///   - logger: is told what is wrong with a value that counts all the same.
    public init(
        _ store: any BucketStore, bucket: String, pollInterval: Duration = .seconds(2),
        watches: Bool = true, limit: Int = 10_000, logger: Logger? = nil
    ) {
        pace = PollPace(interval: pollInterval)
        self.watches = watches
        self.logger = logger
        state = Mutex(
            State(
                reader: BucketReader(bucket: bucket, limit: limit, pollInterval: pollInterval),
                store: store))
    }

    /// Polls for the first time, so that there is something to serve, or a reason why not.
    ///
    /// - Returns: what is wrong when waiting can't help, as with wrong credentials.
    public func begin() -> NATSError? {
        let (delivery, error) = pollOnce()
        state.withLock { $0.first = delivery }
        return error.flatMap { $0.isPermanent ? $0 : nil }
    }

    /// Polls once; gives what ``begin()`` found when that has polled.
    public func poll() -> RunsDelivery {
        state.withLock { $0.first.take() } ?? pollOnce().delivery
    }

    /// Polls until the task is cancelled, on a thread of its own.
    public func run(deliver: @escaping @Sendable (RunsDelivery) -> Void) async {
        await BlockingThread.run(
            "pulse.source", untilCancelled: { self.loop(until: $0, deliver: deliver) })
    }

    private func loop(until cancellation: CancellationPipe, deliver: (RunsDelivery) -> Void) {
        defer { state.withLock { $0.store.close() } }
        var listener = KeyListener(of: nil, isEnabled: watches)
        while !cancellation.isCancelled {
            // Listening starts before the poll: what is stored in between is seen at the next wait.
            state.withLock { listener.prepare(&$0.store) }
            let (delivery, error) = pollOnce()
            deliver(delivery)
            // The poll may have made a new connection, which ends the wait at once.
            let store = state.withLock { $0.store }
            let end = ContinuousClock.now + pace.wait(after: error)
            while let received = listener.wait(
                atMost: end - .now, on: store, cancellation: cancellation)
            {
                guard case .offer(let offer) = received.message else {
                    expectUpdate(cancellation: cancellation, deliver: deliver)
                    continue
                }
                let found = state.withLock { state in
                    let found = state.reader.receive(received.key, offer)
                    warn(&state)
                    return found
                }
                if let found { deliver(RunsDelivery([found])) }
            }
        }
    }

    private func expectUpdate(
        cancellation: CancellationPipe, deliver: (RunsDelivery) -> Void
    ) {
        let known = state.withLock { $0.revision }
        pace.expectUpdate(cancellation: cancellation) {
            let (delivery, error) = pollOnce()
            deliver(delivery)
            return error != nil || state.withLock { $0.revision } != known
        }
    }

    /// What a poll found, and why the bucket couldn't be asked for.
    private func pollOnce() -> (delivery: RunsDelivery, error: NATSError?) {
        let now = { ContinuousClock.now - self.origin }
        return state.withLock { state in
            var found: [NamedDelivery] = []
            var failure: NATSError?
            do throws(NATSError) {
                try Self.poll(&state, into: &found, at: now)
            } catch {
                failure = error
                found += state.reader.fail(error, at: now())
            }
            warn(&state)
            return (RunsDelivery(found, skipped: state.reader.skipped()), failure)
        }
    }

    private func warn(_ state: inout State) {
        for complaint in state.reader.takeComplaints() { logger?.warning("\(complaint)") }
    }

    private static func poll(
        _ state: inout State, into found: inout [NamedDelivery], at now: () -> Duration
    ) throws(NATSError) {
        let bucket = try state.store.state()
        var asked: Set<String> = []
        func ask(_ keys: [String], _ state: inout State) throws(NATSError) {
            for key in keys where asked.insert(key).inserted {
                let entry = try state.store.entry(of: key)
                if let one = state.reader.take(key, entry, at: now()) { found.append(one) }
            }
        }
        func list(_ state: inout State) throws(NATSError) -> [String] {
            let (keys, gone) = state.reader.list(try state.store.keys())
            found += gone
            return keys
        }
        switch state.reader.plan(for: bucket) {
        case .confirm(let keys): try ask(keys, &state)
        case .all: try ask(try list(&state), &state)
        case .changes(let revisions):
            for revision in revisions {
                guard let change = try state.store.change(revision) else { continue }
                asked.insert(change.key)
                if let one = state.reader.take(change.key, change.entry, at: now()) {
                    found.append(one)
                }
            }
            try ask(state.reader.unsure, &state)
            if state.reader.lacksKeys(bucket) { _ = try list(&state) }
        }
        found += state.reader.confirm(allBut: asked)
        state.reader.finish(bucket)
        state.revision = bucket.revision
    }
}
