#if NATS
internal import CNATS
internal import Synchronization

/// The permission errors that servers reported, by connection, until they are taken.
///
/// A server answers a request that isn't permitted with silence, and reports why beside it: without
/// this every refusal would look like a timeout. By the connection's address and not through a
/// context pointer: the library may call back after a connection was destroyed, and holds the
/// address until it has.
enum PermissionErrors {
    private static let all = Mutex<[UInt: String]>([:])

    static func forget(_ connection: OpaquePointer) {
        _ = all.withLock { $0.removeValue(forKey: UInt(bitPattern: connection)) }
    }

    static func take(of connection: OpaquePointer) -> String? {
        all.withLock { $0.removeValue(forKey: UInt(bitPattern: connection)) }
    }

    fileprivate static func note(_ text: String, of connection: OpaquePointer) {
        all.withLock { $0[UInt(bitPattern: connection)] = text }
    }
}

/// Feeds the `errHandler` parameter of `natsOptions_SetErrorHandler`.
///
/// Without one the library prints to stderr. Other errors, such as missed heartbeats, are not kept:
/// the key is polled as well.
func notePermissionError(
    connection: OpaquePointer?, subscription: OpaquePointer?, status: natsStatus,
    context: UnsafeMutableRawPointer?
) {
    guard status == NATS_NOT_PERMITTED, let connection = unsafe connection else { return }
    var text: UnsafePointer<CChar>?
    _ = unsafe natsConnection_GetLastError(connection, &text)
    unsafe PermissionErrors.note(text.map { unsafe String(cString: $0) } ?? "", of: connection)
}
#endif
