#if NATS
internal import CNATS

/// Hears what is sent to one key, stored or not.
///
/// A plain subscription to the key's subject, not a watch (`kvStore_Watch`), for three reasons. A
/// watch is a consumer, which lives in one server's memory and dies with it: the library may take
/// ten seconds to notice. The right to make consumers is the right to have any key's value sent
/// anywhere, also into another key. And a thousand servers would be a thousand consumers. The
/// library keeps a subscription alive over reconnects by itself.
///
/// What is heard may never be stored (its writer named an old revision), so it is a reason to look
/// at the key, and nothing to be served.
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
    public func next(within duration: Duration) throws(NATSError) -> KeyEntry.Content? {
        var newest = try content(within: max(1, Int64(duration / .milliseconds(1))))
        var queued: UInt64 = 0
        while newest != nil, unsafe natsSubscription_QueuedMsgs(handle, &queued) == NATS_OK,
            queued > 0
        {
            newest = try content(within: 1) ?? newest
        }
        return newest
    }

    /// - Parameter milliseconds: at least 1; the library takes 0 for a mistake.
    private func content(within milliseconds: Int64) throws(NATSError) -> KeyEntry.Content? {
        var message: OpaquePointer?
        let status = unsafe natsSubscription_NextMsg(&message, handle, milliseconds)
        if status == NATS_TIMEOUT { return nil }
        // Some were dropped, which it tells once.
        if status == NATS_SLOW_CONSUMER { return .value([]) }
        try check(status)
        guard let message = unsafe message else { return nil }
        defer { unsafe natsMsg_Destroy(message) }
        return unsafe KeyEntry.Content(message)
    }
}
#endif
