#if NATS
internal import CNATS

extension KeyOffer {
    /// The header with a value's order.
    static let orderField = "Pulse-Order"
    /// The header with the run that a value belongs to.
    static let runField = "Pulse-Run"
    /// The header with the revision that a value is to replace (`JSExpectedLastSubjSeq`).
    static let expectationField = "Nats-Expected-Last-Subject-Sequence"

    /// Copies what a message holds; nil when no relay sent it.
    ///
    /// Others can make JetStream send its answers to this subject, by naming it as the one to reply
    /// to, which no permission covers. Such an answer has no order, and a value that was stored
    /// says where it was.
    init?(_ message: OpaquePointer) {
        var origin: UnsafePointer<CChar>?
        guard let order = unsafe Self.number(Self.orderField, of: message),
            let revision = unsafe Self.number(Self.expectationField, of: message),
            unsafe natsMsgHeader_Get(message, "Nats-Subject", &origin) != NATS_OK,
            case .value(let bytes) = unsafe KeyEntry.Content(message)
        else { return nil }
        unsafe self.init(
            bytes, expecting: revision, order: order, run: Self.text(Self.runField, of: message))
    }

    /// The number in a header; nil when there is none.
    static func number(_ field: String, of message: OpaquePointer) -> UInt64? {
        unsafe text(field, of: message).flatMap { UInt64($0) }
    }

    /// What a header says; nil when there is none.
    static func text(_ field: String, of message: OpaquePointer) -> String? {
        var text: UnsafePointer<CChar>?
        guard unsafe natsMsgHeader_Get(message, field, &text) == NATS_OK else { return nil }
        return unsafe text.map { unsafe String(cString: $0) }
    }
}
#endif
