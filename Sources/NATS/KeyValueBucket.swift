#if NATS
internal import CNATS

/// A key-value bucket of JetStream: the last value of each key, kept by as many servers as it has
/// replicas.
///
/// A bucket is a stream by convention (NATS ADR-8): bucket `b` is the stream `KV_b`, its key `k`
/// the subject `$KV.b.k`, and a key's revision the sequence number of its last message. The stream
/// is used directly rather than through `kvStore_*`, which hide which server answers, and the error
/// codes of the answers.
public struct KeyValueBucket: Sendable {
    private let connection: Connection
    private let stream: String
    private let bucket: String

    /// Names a bucket, without asking whether there is one.
    public init(_ bucket: String, on connection: Connection) {
        self.connection = connection
        self.bucket = bucket
        stream = "KV_\(bucket)"
    }

    /// Makes the bucket: one value for each key, on disk.
    ///
    /// - Throws: ``NATSError``: `notClustered` or `tooFewServers` when so many replicas can't be.
    public func create(replicas: Int) throws(NATSError) {
        try connection.request { answer in
            // `js_CreateKeyValue` would do it, and give no error codes: what it sets is set here.
            var configuration = unsafe jsStreamConfig()
            _ = unsafe jsStreamConfig_Init(&configuration)
            return unsafe stream.withCString { stream in
                unsafe subject(">").withCString { subject in
                    var subjects = unsafe [UnsafePointer?(subject)]
                    return unsafe subjects.withUnsafeMutableBufferPointer { subjects in
                        unsafe configuration.Name = stream
                        unsafe configuration.Subjects = subjects.baseAddress
                        unsafe configuration.SubjectsLen = 1
                        unsafe configuration.MaxMsgsPerSubject = 1
                        unsafe configuration.Replicas = Int64(replicas)
                        unsafe configuration.Storage = js_FileStorage
                        unsafe configuration.Discard = js_DiscardNew
                        // `js_CreateKeyValue` allows roll-ups. Then whoever may write one key could
                        // erase all others with a header.
                        unsafe configuration.AllowRollup = false
                        unsafe configuration.DenyPurge = true
                        unsafe configuration.DenyDelete = true
                        unsafe configuration.AllowDirect = true
                        return unsafe js_AddStream(
                            nil, connection.context, &configuration, nil, &answer)
                    }
                }
            }
        }
    }

    /// When the bucket was made, in nanoseconds since 1970: which of several with the same name it
    /// is.
    public func created() throws(NATSError) -> Int64 {
        var information: UnsafeMutablePointer<jsStreamInfo>?
        try connection.request { answer in
            unsafe js_GetStreamInfo(&information, connection.context, stream, nil, &answer)
        }
        defer { unsafe jsStreamInfo_Destroy(information) }
        return unsafe information?.pointee.Created ?? 0
    }

    /// The newest change of a key; nil when it was never written.
    ///
    /// Asked of the leader: any other replica may answer with an old one (`AllowDirect`).
    public func entry(of key: String) throws(NATSError) -> KeyEntry? {
        var message: OpaquePointer?
        var isThere = true
        try connection.request { answer in
            let status = unsafe js_GetLastMsg(
                &message, connection.context, stream, subject(key), nil, &answer)
            guard status == NATS_NOT_FOUND, answer == JSNoMessageFoundErr else { return status }
            isThere = false
            return NATS_OK
        }
        guard isThere, let message = unsafe message else { return nil }
        defer { unsafe natsMsg_Destroy(message) }
        return unsafe KeyEntry(
            KeyEntry.Content(message), revision: natsMsg_GetSequence(message),
            time: natsMsg_GetTime(message),
            order: KeyOffer.number(KeyOffer.orderField, of: message))
    }

    /// Writes a value, provided that the key still has the revision that is expected.
    ///
    /// - Parameter offer: its revision is that of the key's last change, or 0 when it was never
    ///   written.
    /// - Returns: the revision that it has now.
    /// - Throws: ``NATSError``: `conflict` when it has another one. After most others it isn't known
    ///   whether the value was written, or will be.
    public func update(_ key: String, with offer: KeyOffer) throws(NATSError) -> UInt64 {
        let message = try unsafe message(offer, to: key)
        defer { unsafe natsMsg_Destroy(message) }
        var acknowledgement: UnsafeMutablePointer<jsPubAck>?
        try connection.request { answer in
            unsafe js_PublishMsg(&acknowledgement, connection.context, message, nil, &answer)
        }
        defer { unsafe jsPubAck_Destroy(acknowledgement) }
        return unsafe acknowledgement?.pointee.Sequence ?? 0
    }

    /// Sends a value to those who listen to a key, and waits for nothing: a leader stores it if it
    /// can.
    public func offer(_ offer: KeyOffer, to key: String) throws(NATSError) {
        let message = try unsafe message(offer, to: key)
        defer { unsafe natsMsg_Destroy(message) }
        try connection.request { _ in
            unsafe natsConnection_PublishMsg(connection.handle, message)
        }
    }

    private func message(
        _ offer: KeyOffer, to key: String
    ) throws(NATSError) -> OpaquePointer? {
        var message: OpaquePointer?
        try check(
            unsafe natsMsg_Create(
                &message, subject(key), nil, offer.value, Int32(offer.value.count)))
        for (field, number) in [
            (KeyOffer.orderField, offer.order), (KeyOffer.expectationField, offer.expecting),
        ] {
            let status = unsafe natsMsgHeader_Set(message, field, String(number))
            if status != NATS_OK { unsafe natsMsg_Destroy(message) }
            try check(status)
        }
        return unsafe message
    }

    /// Begins to receive what is sent to a key.
    public func subscribe(to key: String) throws(NATSError) -> KeySubscription {
        try KeySubscription(subject: subject(key), on: connection)
    }

    private func subject(_ key: String) -> String { "$KV.\(bucket).\(key)" }
}

extension KeyEntry.Content {
    /// Copies what a message holds.
    init(_ message: OpaquePointer) {
        var operation: UnsafePointer<CChar>?
        let isMarked =
            unsafe natsMsgHeader_Get(message, "KV-Operation", &operation) == NATS_OK
            && operation.map { ["DEL", "PURGE"].contains(unsafe String(cString: $0)) } ?? false
        guard !isMarked else {
            self = .deleted
            return
        }
        let bytes = unsafe UnsafeRawBufferPointer(
            start: natsMsg_GetData(message), count: Int(natsMsg_GetDataLength(message)))
        self = unsafe .value(Array(bytes))
    }
}
#endif
