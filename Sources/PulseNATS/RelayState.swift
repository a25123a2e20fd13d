internal import NATS
internal import Pulse
internal import PulseMonitor

/// Decides what a relay does next: pure, with time passed in.
///
/// Two promises: the newest state arrives in the end, and no older one ever after a newer.
///
/// - There is one state to be sent, the newest; it replaces whatever waited before it.
/// - Each write names the revision that it replaces, so that of several only one counts. One that
///   failed may arrive yet, so before another one the key is read: if that write has arrived, it
///   counts; if it arrives later, its revision is gone and the server refuses it.
/// - The file is the truth of its trainer: what is written while the relay watches is sent. What
///   the relay finds at its start may be old, from before a crash of this machine: it is sent
///   unless the key holds a state with a later timestamp. The same goes when somebody else turns
///   out to write the key.
struct RelayState: Sendable {
    /// A state to be sent.
    struct Document: Sendable, Hashable {
        /// As the trainer wrote it.
        let bytes: [UInt8]
        /// The trainer's unix time in seconds.
        let timestamp: Int64
        /// It was there when the relay started.
        var isFound = false
        /// Its place in the order in which the key's values are written, by whomever.
        fileprivate(set) var order: UInt64 = 0
    }

    /// What is to be done.
    enum Action: Hashable {
        /// Nothing, until there is an update.
        case rest
        /// Nothing, for this long.
        case wait(Duration)
        /// Read the key.
        case read
        /// Write the key.
        case send(KeyOffer)
        /// Send it to those who have subscribed, then go on: there may be no leader to commit it.
        case offer(KeyOffer)
    }

    /// What the person who runs the relay should know.
    enum Notice: Hashable {
        /// A state wasn't sent, because the key holds one with this later timestamp.
        case outdated(by: Int64)
        /// Somebody else writes the key as well.
        case contested
    }

    /// What is to be sent; nil when all is.
    private(set) var pending: Document?
    /// The newest revision of the key that was seen; nil before the first read.
    private var revision: UInt64?
    /// Nothing that we wrote can have changed the key since.
    private var isCertain = false
    /// The newest state was sent after the newest failure, be it stored or not.
    private var isOffered = false
    /// Writes of which it isn't known whether they arrived.
    private var attempts: [[UInt8]] = []
    /// The place of the newest value that was seen or is to be sent.
    private var lastOrder: UInt64 = 0
    /// Which run the newest state belongs to.
    private var run: RelayedRun
    private var failures = 0
    private var due = Duration.zero

    /// The first wait after a failure; each further one doubles it.
    private static let shortestWait = Duration.milliseconds(100)
    private static let longestWait = Duration.seconds(1)
    /// Writes remembered at most; older ones count as somebody else's.
    private static let rememberedAttempts = 16

    /// - Parameter source: what the runs of the key are called.
    init(of source: SourceName) {
        run = RelayedRun(of: source)
    }

    /// Takes a state that the file holds.
    mutating func accept(_ document: Document, at now: Duration) {
        run.take(document.bytes, at: now)
        pending = document
        lastOrder += 1
        pending?.order = lastOrder
        isOffered = false
    }

    /// What is to be done at this time of any clock that is never set.
    func next(at now: Duration) -> Action {
        guard let pending else { return .rest }
        if now < due { return .wait(due - now) }
        guard let revision else { return .read }
        let offer = KeyOffer(
            pending.bytes, expecting: revision, order: pending.order, run: run.text)
        if isCertain { return .send(offer) }
        return isOffered ? .read : .offer(offer)
    }

    /// Takes what the key holds.
    mutating func found(_ entry: KeyEntry?, at now: Duration) -> Notice? {
        run.found(entry, at: now)
        let known = revision
        revision = entry?.revision ?? 0
        isCertain = true
        if let entry, let order = entry.order, order >= lastOrder, !isOurs(entry.content) {
            lastOrder = order + 1
            pending?.order = lastOrder
        }
        guard let pending, let entry, case .value(let bytes) = entry.content else { return nil }
        if attempts.contains(bytes) {
            settle(bytes)
            return nil
        }
        if entry.revision == known { return nil }
        // Somebody else's, or one from before our start.
        if bytes == pending.bytes {
            settle(bytes)
            return nil
        }
        if known == nil, !pending.isFound { return nil }
        if let other = try? PulseDecoder.decodeDocument(bytes), other.timestamp > pending.timestamp
        {
            self.pending = nil
            return .outdated(by: other.timestamp)
        }
        return known == nil ? nil : .contested
    }

    private func isOurs(_ content: KeyEntry.Content) -> Bool {
        guard case .value(let bytes) = content else { return false }
        return attempts.contains(bytes)
    }

    /// The bucket was made just now.
    mutating func foundNewBucket(at now: Duration) {
        run.found(nil, at: now)
        revision = 0
        isCertain = true
        attempts = []
    }

    /// The server has written what was sent.
    mutating func sent(_ bytes: [UInt8], revision: UInt64) {
        self.revision = revision
        isCertain = true
        settle(bytes)
    }

    /// The offer was sent; a new leader may also commit it.
    mutating func offered(_ bytes: [UInt8]) {
        isOffered = true
        remember(bytes)
    }

    /// The key couldn't be read, or the bucket not be made.
    mutating func failedToRead(at now: Duration) {
        isCertain = false
        isOffered = false
        postpone(from: now)
    }

    /// The key couldn't be written.
    mutating func failedToSend(_ bytes: [UInt8], _ code: NATSError.Code, at now: Duration) {
        isCertain = false
        switch code {
        case .conflict: break
        case .tooLarge: pending = pending?.bytes == bytes ? nil : pending
        default:
            remember(bytes)
            isOffered = false
            postpone(from: now)
        }
    }

    private mutating func remember(_ bytes: [UInt8]) {
        if !attempts.contains(bytes) {
            attempts = (attempts + [bytes]).suffix(Self.rememberedAttempts)
        }
    }

    /// What was sent is in the key.
    private mutating func settle(_ bytes: [UInt8]) {
        if pending?.bytes == bytes { pending = nil }
        attempts = []
        failures = 0
        due = .zero
    }

    private mutating func postpone(from now: Duration) {
        due = now + min(Self.shortestWait * (1 << min(failures, 10)), Self.longestWait)
        failures += 1
    }
}
