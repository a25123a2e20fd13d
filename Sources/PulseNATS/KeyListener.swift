internal import NATS
internal import PulseMonitor

/// Waits for updates of one key, or of all, by receiving what is sent to their subjects.
///
/// Only an accelerator, as `DirectoryWatcher` is for files: whatever it misses (a reconnect, a
/// subscription that isn't permitted) costs latency and never correctness, because the caller polls
/// the key after every wait anyway.
struct KeyListener {
    private var subscription: (any KeyListening)?
    private let key: String?
    private let isEnabled: Bool
    /// The connection that was there at the poll before this wait.
    private var line: Int?

    /// Nothing in the library ends a wait early, so waits are cut: a new connection and the end are
    /// noticed within this time.
    private static let slice = Duration.milliseconds(200)

    /// - Parameter key: nil for all.
    init(of key: String?, isEnabled: Bool) {
        self.key = key
        self.isEnabled = isEnabled
    }

    /// Listens unless it does.
    ///
    /// Fails silently: there may be no connection yet. A subscription outlives its connection's
    /// losses, but not a connection that was given up.
    mutating func prepare(_ store: inout any BucketStore) {
        line = store.line
        guard isEnabled, line != nil, subscription == nil else { return }
        subscription = try? store.subscribe(to: key)
    }

    /// Returns what was received, or nothing when `duration` is over, when the connection is another
    /// one, or when `cancellation` is.
    mutating func wait(
        atMost duration: Duration, on store: any BucketStore, cancellation: CancellationPipe
    ) -> ReceivedMessage? {
        let end = ContinuousClock.now + duration
        while !cancellation.isCancelled, store.line == line {
            let left = end - .now
            guard left > .zero else { return nil }
            guard let subscription else {
                cancellation.wait(atMost: min(left, Self.slice))
                continue
            }
            do throws(NATSError) {
                if let message = try subscription.next(within: min(left, Self.slice)) {
                    return message
                }
            } catch {
                self.subscription = nil
            }
        }
        return nil
    }
}
