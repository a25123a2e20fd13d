public import Logging
public import NATS
internal import Pulse
public import PulseMonitor
internal import Synchronization

/// A key in NATS as a source: polled every poll interval, and received at once when it is sent.
///
/// The key is asked of the leader, so that `ok` means what it says: a replica that lost the others
/// would answer for ever. What is received on its subject is the trainer's as well, and comes while
/// there is no leader too. Blocking calls have a thread of their own here, as a file's have.
public final class NATSSource: StatusSource {
    private struct State {
        var reader: KeyReader
        var store: any BucketStore
        /// Which bucket the revisions belong to; nil until that was asked.
        var bucket: Int64?
        /// What was found before there was anybody to deliver it to.
        var first: SourceDelivery?

        /// Revisions begin again when the bucket was made anew; otherwise somebody answered who
        /// doesn't know yet that he leads no more.
        mutating func judgeBucket(of entry: KeyEntry?) throws(NATSError) {
            guard let entry, reader.isOutOfOrder(entry) else { return }
            let created = try store.state().created
            if created != bucket { reader.beginAnew() }
            bucket = created
        }
    }

    private let state: Mutex<State>
    /// The bucket and the key: errors name no host.
    public let label: String
    /// What it was given, or the key's.
    public let name: SourceName
    private let key: String
    private let pace: PollPace
    private let watches: Bool
    private let logger: Logger?
    private let origin = ContinuousClock.now

    /// - Parameters:
    ///   - store: the bucket.
    ///   - bucket: its name.
    ///   - key: the key.
    ///   - name: what its runs are called; nil calls them after the key.
    ///   - pollInterval: how often it is polled.
    ///   - watches: whether changes wake the poll. Without it updates arrive within the poll
    ///     interval.
    ///   - logger: is told what is wrong with a value that counts all the same.
    public init(
        _ store: any BucketStore, bucket: String, key: String, name: SourceName? = nil,
        pollInterval: Duration = .seconds(2), watches: Bool = true, logger: Logger? = nil
    ) {
        self.key = key
        pace = PollPace(interval: pollInterval)
        self.watches = watches
        self.logger = logger
        label = "\(bucket)/\(key)"
        self.name = name ?? SourceName(key: key)
        state = Mutex(
            State(reader: KeyReader(name: label, source: SourceName(key: key)), store: store))
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
    public func poll() -> SourceDelivery {
        state.withLock { $0.first.take() } ?? pollOnce().delivery
    }

    /// Polls until the task is cancelled, on a thread of its own.
    public func run(deliver: @escaping @Sendable (SourceDelivery) -> Void) async {
        await BlockingThread.run(
            "pulse.source", untilCancelled: { self.loop(until: $0, deliver: deliver) })
    }

    private func loop(
        until cancellation: CancellationPipe, deliver: (SourceDelivery) -> Void
    ) {
        defer { state.withLock { $0.store.close() } }
        var listener = KeyListener(of: key, isEnabled: watches)
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
                    break
                }
                deliver(receive(offer))
            }
        }
    }

    private func expectUpdate(
        cancellation: CancellationPipe, deliver: (SourceDelivery) -> Void
    ) {
        let known = state.withLock { $0.reader.revision }
        pace.expectUpdate(cancellation: cancellation) {
            let (delivery, error) = pollOnce()
            deliver(delivery)
            return error != nil || state.withLock { $0.reader.revision } != known
        }
    }

    private func receive(_ offer: KeyOffer) -> SourceDelivery {
        let (events, mark, complaint) = state.withLock { state in
            let events = state.reader.receive(offer)
            return (events, state.reader.mark, state.reader.takeComplaint())
        }
        if let complaint { logger?.warning("\(complaint)") }
        return SourceDelivery(
            events, isPoll: false, nextWithin: pace.interval, mark: mark)
    }

    /// What a poll found, and why the key couldn't be asked for.
    private func pollOnce() -> (delivery: SourceDelivery, error: NATSError?) {
        let now = { ContinuousClock.now - self.origin }
        let (event, error) = state.withLock { state in
            do throws(NATSError) {
                if state.bucket == nil { state.bucket = try state.store.state().created }
                let entry = try state.store.entry(of: key)
                try state.judgeBucket(of: entry)
                return (state.reader.take(entry, at: now()), NATSError?.none)
            } catch {
                return (state.reader.fail(error, at: now()), error)
            }
        }
        let (mark, complaint) = state.withLock { ($0.reader.mark, $0.reader.takeComplaint()) }
        if let complaint { logger?.warning("\(complaint)") }
        return (SourceDelivery([event], nextWithin: pace.interval, mark: mark), error)
    }
}
