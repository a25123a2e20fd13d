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

    /// The bucket as its leader knows it.
    public func state() throws(NATSError) -> BucketState {
        let information = try unsafe information(nil)
        defer { unsafe jsStreamInfo_Destroy(information) }
        guard let found = unsafe information?.pointee else {
            throw NATSError(.other, "no answer about the bucket")
        }
        return unsafe BucketState(
            created: found.Created, revision: found.State.LastSeq,
            keys: Int(clamping: found.State.NumSubjects))
    }

    /// All keys, those with the mark of a deletion included.
    public func keys() throws(NATSError) -> [String] {
        let all = subject(">")
        var settings = unsafe jsOptions()
        _ = unsafe jsOptions_Init(&settings)
        var keys: [String] = []
        var failure: NATSError?
        unsafe all.withCString { filter in
            unsafe settings.Stream.Info.SubjectsFilter = unsafe filter
            do throws(NATSError) {
                let information = try unsafe self.information(&settings)
                defer { unsafe jsStreamInfo_Destroy(information) }
                guard let list = unsafe information?.pointee.State.Subjects?.pointee else { return }
                for index in unsafe 0..<Int(list.Count) {
                    if let key = unsafe key(of: list.List[index].Subject) { keys.append(key) }
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return keys
    }

    /// Asks the leader of the stream.
    private func information(
        _ settings: UnsafeMutablePointer<jsOptions>?
    ) throws(NATSError) -> UnsafeMutablePointer<jsStreamInfo>? {
        var information: UnsafeMutablePointer<jsStreamInfo>?
        try connection.request { answer in
            unsafe js_GetStreamInfo(&information, connection.context, stream, settings, &answer)
        }
        return unsafe information
    }

    /// The change with this revision; nil where a newer one of its key has replaced it.
    ///
    /// Asked of the leader, as ``entry(of:)`` is.
    public func change(_ revision: UInt64) throws(NATSError) -> KeyChange? {
        let message = try unsafe message { message, answer in
            unsafe js_GetMsg(&message, connection.context, stream, revision, nil, &answer)
        }
        guard let message = unsafe message else { return nil }
        defer { unsafe natsMsg_Destroy(message) }
        guard let key = unsafe key(of: natsMsg_GetSubject(message)) else { return nil }
        return unsafe KeyChange(key, KeyEntry(message))
    }

    /// The newest change of a key; nil when it was never written.
    ///
    /// Asked of the leader: any other replica may answer with an old one (`AllowDirect`).
    public func entry(of key: String) throws(NATSError) -> KeyEntry? {
        let message = try unsafe message { message, answer in
            unsafe js_GetLastMsg(&message, connection.context, stream, subject(key), nil, &answer)
        }
        guard let message = unsafe message else { return nil }
        defer { unsafe natsMsg_Destroy(message) }
        return unsafe KeyEntry(message)
    }

    /// Asks for a message; nil when there is none.
    private func message(
        _ ask: (inout OpaquePointer?, inout jsErrCode) -> natsStatus
    ) throws(NATSError) -> OpaquePointer? {
        var message: OpaquePointer?
        try connection.request { answer in
            let status = unsafe ask(&message, &answer)
            guard status == NATS_NOT_FOUND, answer == JSNoMessageFoundErr else { return status }
            return NATS_OK
        }
        return unsafe message
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
        for (field, value) in [
            (KeyOffer.orderField, String(offer.order)), (KeyOffer.runField, offer.run),
            (KeyOffer.expectationField, String(offer.expecting)),
        ] {
            guard let value else { continue }
            let status = unsafe natsMsgHeader_Set(message, field, value)
            if status != NATS_OK { unsafe natsMsg_Destroy(message) }
            try check(status)
        }
        return unsafe message
    }

    /// Begins to receive what is sent to a key.
    public func subscribe(to key: String) throws(NATSError) -> KeySubscription {
        try KeySubscription(subject: subject(key), of: bucket, newestOnly: true, on: connection)
    }

    /// Begins to receive what is sent to any key.
    public func subscribeToAll() throws(NATSError) -> KeySubscription {
        try KeySubscription(subject: subject(">"), of: bucket, newestOnly: false, on: connection)
    }

    private func subject(_ key: String) -> String { "$KV.\(bucket).\(key)" }

    private func key(of subject: UnsafePointer<CChar>?) -> String? {
        unsafe Self.key(of: subject, in: bucket)
    }

    /// The key of a subject; nil where it is none of the bucket's.
    static func key(of subject: UnsafePointer<CChar>?, in bucket: String) -> String? {
        guard let subject = unsafe subject else { return nil }
        let text = unsafe String(cString: subject)
        let prefix = "$KV.\(bucket)."
        return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }
}

extension KeyEntry {
    /// Copies what a message of the stream holds.
    fileprivate init(_ message: OpaquePointer) {
        unsafe self.init(
            KeyEntry.Content(message), revision: natsMsg_GetSequence(message),
            time: natsMsg_GetTime(message),
            order: KeyOffer.number(KeyOffer.orderField, of: message),
            run: KeyOffer.text(KeyOffer.runField, of: message))
    }
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
