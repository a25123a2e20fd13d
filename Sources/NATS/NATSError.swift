#if NATS
internal import CNATS
#endif

/// What can go wrong between Pulse and a NATS cluster: a code, and the library's or the server's
/// own words.
public struct NATSError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// No server can be reached, or the one we had is gone.
        case unreachable
        /// The servers don't know us: wrong, expired or missing credentials.
        case unauthorized
        /// They know us, and we may not do this.
        case notPermitted
        /// TLS: a certificate that can't be trusted, or only one side wants encryption.
        case insecure
        /// A file (credentials, certificates) can't be used.
        case unusableFile
        /// Nobody answered in time, as happens while a cluster elects a leader.
        case timedOut
        /// JetStream isn't there (yet), or isn't enabled for this account.
        case noJetStream
        /// There is no such bucket.
        case noBucket
        /// Somebody made the bucket meanwhile, with other settings.
        case bucketExists
        /// The key has another revision than the expected one.
        case conflict
        /// The value is larger than the server or the bucket takes.
        case tooLarge
        /// One server alone keeps no replicas.
        case notClustered
        /// The cluster has too few servers for that many replicas, at the moment.
        case tooFewServers
        /// The connection or the watch is over, and won't come back by itself.
        case closed
        /// Anything else.
        case other
    }

    /// What failed.
    public let code: Code
    /// Why, in one line.
    public let text: String

    /// Makes an error from a code and a line of our own.
    public init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }

    /// Whether waiting won't help: somebody has to change a setting first.
    public var isPermanent: Bool {
        switch code {
        case .unauthorized, .notPermitted, .insecure, .unusableFile: true
        default: false
        }
    }
}

extension NATSError: CustomStringConvertible {
    /// One line for a person, such as `not permitted: Permissions Violation for Publish to "…"`.
    public var description: String { text }
}

#if NATS
extension NATSError {
    /// Reads a failure out of the status that a function gave, and the words that the library keeps
    /// for this thread (`nats_GetLastError`).
    ///
    /// - Parameter answer: the error code of a JetStream answer (`jsErrCode`); 0 when none came.
    init(_ status: natsStatus, answer: jsErrCode = jsErrCode(rawValue: 0)) {
        var last = NATS_OK
        let words = unsafe nats_GetLastError(&last).map { unsafe String(cString: $0) } ?? ""
        // What was kept may be an older failure's.
        let text =
            last == status && !words.isEmpty
            ? words : unsafe String(cString: natsStatus_GetText(status))
        let code = Self.code(of: status, answer: answer)
        switch code {
        // The library's words for these two are no reasons: "Timeout", "No responders".
        case .timedOut: self.init(code, "no answer in time; the cluster may have no leader")
        case .noJetStream where answer.rawValue == 0:
            self.init(code, "nobody answers for JetStream; the cluster may have no leader")
        default: self.init(code, Self.sentence(text))
        }
    }

    private static func code(of status: natsStatus, answer: jsErrCode) -> Code {
        switch answer {
        case JSStreamNotFoundErr: .noBucket
        case JSStreamNameExistErr: .bucketExists
        case JSStreamWrongLastSequenceErr: .conflict
        case JSStreamMessageExceedsMaximumErr: .tooLarge
        case JSStreamReplicasNotSupportedErr: .notClustered
        case JSClusterNoPeersErr, JSInsufficientResourcesErr: .tooFewServers
        case JSNotEnabledErr, JSNotEnabledForAccountErr, JSClusterNotAvailErr: .noJetStream
        default: code(of: status)
        }
    }

    private static func code(of status: natsStatus) -> Code {
        switch status {
        case NATS_NO_SERVER, NATS_IO_ERROR, NATS_CONNECTION_DISCONNECTED, NATS_STALE_CONNECTION:
            .unreachable
        case NATS_CONNECTION_AUTH_FAILED: .unauthorized
        case NATS_NOT_PERMITTED: .notPermitted
        case NATS_SSL_ERROR, NATS_SECURE_CONNECTION_REQUIRED, NATS_SECURE_CONNECTION_WANTED:
            .insecure
        case NATS_TIMEOUT: .timedOut
        case NATS_NO_RESPONDERS: .noJetStream
        case NATS_MAX_PAYLOAD: .tooLarge
        case NATS_CONNECTION_CLOSED, NATS_INVALID_SUBSCRIPTION: .closed
        default: .other
        }
    }

    /// To be read in the middle of a sentence: `no server available for connection`.
    private static func sentence(_ text: String) -> String {
        let isName = text.dropFirst().first?.isUppercase ?? false
        return isName ? text : text.prefix(1).lowercased() + text.dropFirst()
    }
}

/// Throws unless a function of the library succeeded.
func check(_ status: natsStatus, answer: jsErrCode = jsErrCode(rawValue: 0)) throws(NATSError) {
    guard status == NATS_OK else { throw NATSError(status, answer: answer) }
}
#endif
