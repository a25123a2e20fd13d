#if NATS
internal import CNATS

/// Receives what is sent to one key, or to any of a bucket, committed or not.
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

    private let bucket: String
    /// Whether only the newest message counts.
    private let newestOnly: Bool

    /// Messages that are kept for us: of one key only the newest counts, and of many, what is dropped
    /// is found by a poll.
    private static let backlogOfOne: Int32 = 64
    private static let backlogOfAll: Int32 = 4_096

    init(
        subject: String, of bucket: String, newestOnly: Bool, on connection: Connection
    ) throws(NATSError) {
        var handle: OpaquePointer?
        try connection.request { _ in
            unsafe natsConnection_SubscribeSync(&handle, connection.handle, subject)
        }
        guard let handle = unsafe handle else { throw NATSError(.other, "no subscription") }
        unsafe self.handle = unsafe handle
        self.connection = connection
        self.bucket = bucket
        self.newestOnly = newestOnly
        let backlog = newestOnly ? Self.backlogOfOne : Self.backlogOfAll
        // -1: the number is limit enough.
        _ = unsafe natsSubscription_SetPendingLimits(handle, backlog, -1)
    }

    deinit {
        unsafe natsSubscription_Destroy(handle)
    }

    /// The next that counts; nil when none comes in time.
    ///
    /// Nothing ends the wait before, neither a lost connection nor a new one.
    public func next(within duration: Duration) throws(NATSError) -> ReceivedMessage? {
        var newest = try receive(within: max(1, Int64(duration / .milliseconds(1))))
        var queued: UInt64 = 0
        while newestOnly, newest != nil,
            unsafe natsSubscription_QueuedMsgs(handle, &queued) == NATS_OK,
            queued > 0
        {
            if let next = try receive(within: 1),
                newest?.message == .other || next.message != .other
            {
                newest = next
            }
        }
        return newest
    }

    /// - Parameter milliseconds: at least 1; the library takes 0 for a mistake.
    private func receive(within milliseconds: Int64) throws(NATSError) -> ReceivedMessage? {
        var message: OpaquePointer?
        let status = unsafe natsSubscription_NextMsg(&message, handle, milliseconds)
        if status == NATS_TIMEOUT { return nil }
        // Some were dropped, which is reported once.
        if status == NATS_SLOW_CONSUMER { return ReceivedMessage("", .other) }
        try check(status)
        guard let message = unsafe message else { return nil }
        defer { unsafe natsMsg_Destroy(message) }
        let key = unsafe KeyValueBucket.key(of: natsMsg_GetSubject(message), in: bucket)
        return unsafe ReceivedMessage(key ?? "", KeyOffer(message).map { .offer($0) } ?? .other)
    }
}
#endif
