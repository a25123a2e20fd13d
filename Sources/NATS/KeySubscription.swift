#if NATS
internal import CNATS

/// Receives what is sent to one key, committed or not.
///
/// A plain subscription to the key's subject, not a watch (`kvStore_Watch`), for three reasons. A
/// watch is a consumer, which lives in one server's memory and dies with it: the library may take
/// ten seconds to notice. The right to make consumers is the right to have any key's value sent
/// anywhere, also into another key. And a thousand servers would be a thousand consumers. The
/// library keeps a subscription alive over reconnects by itself.
///
/// A message is here within a millisecond, also in the seconds in which a cluster that lost its
/// leader commits nothing: Raft's election takes 4 to 9 s, which can't be set. It may never be
/// committed, and it may be missed: the key is polled as well.
@safe public final class KeySubscription {
    // Ownership: ours until deinit.
    private let handle: OpaquePointer
    /// Keeps what the subscription stands on.
    private let connection: Connection

    /// Only the newest counts: more needn't be kept for us.
    private static let backlog: Int32 = 64

    init(subject: String, on connection: Connection) throws(NATSError) {
        var handle: OpaquePointer?
        try connection.request { _ in
            unsafe natsConnection_SubscribeSync(&handle, connection.handle, subject)
        }
        guard let handle = unsafe handle else { throw NATSError(.other, "no subscription") }
        unsafe self.handle = unsafe handle
        self.connection = connection
        // -1: the number is limit enough.
        _ = unsafe natsSubscription_SetPendingLimits(handle, Self.backlog, -1)
    }

    deinit {
        unsafe natsSubscription_Destroy(handle)
    }

    /// The newest that is there; nil when none comes in time.
    ///
    /// Nothing ends the wait before, neither a lost connection nor a new one.
    public func next(within duration: Duration) throws(NATSError) -> KeyMessage? {
        var newest = try receive(within: max(1, Int64(duration / .milliseconds(1))))
        var queued: UInt64 = 0
        while newest != nil, unsafe natsSubscription_QueuedMsgs(handle, &queued) == NATS_OK,
            queued > 0
        {
            if let next = try receive(within: 1), newest == .other || next != .other {
                newest = next
            }
        }
        return newest
    }

    /// - Parameter milliseconds: at least 1; the library takes 0 for a mistake.
    private func receive(within milliseconds: Int64) throws(NATSError) -> KeyMessage? {
        var message: OpaquePointer?
        let status = unsafe natsSubscription_NextMsg(&message, handle, milliseconds)
        if status == NATS_TIMEOUT { return nil }
        // Some were dropped, which is reported once.
        if status == NATS_SLOW_CONSUMER { return .other }
        try check(status)
        guard let message = unsafe message else { return nil }
        defer { unsafe natsMsg_Destroy(message) }
        return unsafe KeyOffer(message).map { .offer($0) } ?? .other
    }
}
#endif
