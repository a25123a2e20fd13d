internal import CMicroHTTPD

// Every entry from C into Swift. Each recovers its object, calls one method and returns: none
// throws, waits or touches a file.

/// Feeds the `dh` parameter of `MHD_start_daemon`.
///
/// Called once with the head, then with each piece of the body, once more to be answered.
let handleRequest: MHD_AccessHandlerCallback = {
    context, connection, target, method, _, piece, pieceSize, requestContext in
    guard let context = unsafe context, let connection = unsafe connection,
        let target = unsafe target,
        let method = unsafe method, let pieceSize = unsafe pieceSize,
        let requestContext = unsafe requestContext
    else { return .NO }
    let core = unsafe Unmanaged<DaemonCore>.fromOpaque(context).takeUnretainedValue()
    let head = unsafe RequestHead(connection: connection, target: target, method: method)
    guard let mark = unsafe requestContext.pointee else {
        return unsafe core.begin(head, mark: requestContext)
    }
    guard unsafe pieceSize.pointee > 0 else { return unsafe core.complete(head, mark: mark) }
    // What isn't taken would be offered again.
    let count = unsafe pieceSize.pointee
    unsafe pieceSize.pointee = 0
    let bytes = unsafe UnsafeRawBufferPointer(start: piece, count: count)
    return unsafe core.take(bytes, of: head, mark: mark)
}

/// Feeds the `apc` parameter of `MHD_start_daemon`.
let acceptConnection: MHD_AcceptPolicyCallback = { context, _, _ in
    guard let context = unsafe context else { return .NO }
    let core = unsafe Unmanaged<DaemonCore>.fromOpaque(context).takeUnretainedValue()
    return core.hasRoom ? .YES : .NO
}

/// Feeds `MHD_OPTION_NOTIFY_CONNECTION`.
///
/// The closing call comes before the socket is closed.
let notifyConnection: MHD_NotifyConnectionCallback = { context, connection, own, event in
    guard let context = unsafe context, let connection = unsafe connection, let own = unsafe own
    else { return }
    let core = unsafe Unmanaged<DaemonCore>.fromOpaque(context).takeUnretainedValue()
    switch event {
    case .CONNECTION_NOTIFY_STARTED:
        unsafe core.opened(CMHD_connection_socket(connection))
        guard let session = unsafe CMHD_tls_session(connection),
            let credentials = core.credentials
        else { return }
        unsafe credentials.serve(session)
        // Ownership: the connection's, until it is closed: the library has freed the session then.
        unsafe own.pointee = Unmanaged.passRetained(credentials).toOpaque()
    case .CONNECTION_NOTIFY_CLOSED:
        unsafe core.closed(CMHD_connection_socket(connection))
        guard let credentials = unsafe own.pointee else { return }
        unsafe Unmanaged<TLSCredentials>.fromOpaque(credentials).release()
    @unknown default: break
    }
}

/// Feeds `MHD_OPTION_NOTIFY_COMPLETED`.
///
/// Called however a request ends: answered, broken off by its client, or with the daemon.
let notifyCompleted: MHD_RequestCompletedCallback = { context, connection, requestContext, _ in
    guard let context = unsafe context, let connection = unsafe connection else { return }
    let core = unsafe Unmanaged<DaemonCore>.fromOpaque(context).takeUnretainedValue()
    unsafe core.end(connection, mark: requestContext?.pointee)
}

/// Feeds `CMHD_filter_received`.
let receiveRequest: CMHD_Filter = { context, socket, session, buffer, size in
    guard let context = unsafe context else { return -1 }
    let gates = unsafe Unmanaged<HeadGates>.fromOpaque(context).takeUnretainedValue()
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: size)
    return unsafe gates.receive(on: Int(socket), session: session, into: bytes)
}

/// Feeds the `iterator` parameter of `MHD_get_connection_values_n`, for query parameters.
let inspectQueryParameter: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
    guard let context = unsafe context, let name = unsafe name else { return .NO }
    let check = unsafe context.assumingMemoryBound(to: QueryCheck.self)
    unsafe check.pointee.inspect(
        name: bytes(name, nameSize).span, value: bytes(value, valueSize).span)
    return .YES
}

/// Feeds the `iterator` parameter of `MHD_get_connection_values_n`, for header fields.
let collectLine: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
    guard let context = unsafe context, let name = unsafe name else { return .NO }
    let lines = unsafe context.assumingMemoryBound(to: FurtherLines.self)
    unsafe lines.pointee.take(name: bytes(name, nameSize).span, value: bytes(value, valueSize).span)
    return .YES
}

/// Feeds the `iterator` parameter of `MHD_get_connection_values_n`, for query parameters; ends at the
/// one that is looked for.
let findParameter: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
    guard let context = unsafe context, let name = unsafe name else { return .NO }
    let lookup = unsafe context.assumingMemoryBound(to: ParameterLookup.self)
    let isFound = unsafe lookup.pointee.take(
        name: bytes(name, nameSize).span, value: bytes(value, valueSize))
    return isFound ? .NO : .YES
}

/// Feeds the `iterator` parameter of `MHD_get_connection_values_n`, for the whole query.
let collectQuery: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
    guard let context = unsafe context, let name = unsafe name else { return .NO }
    let query = unsafe context.assumingMemoryBound(to: QueryText.self)
    unsafe query.pointee.take(
        name: bytes(name, nameSize).span, value: value == nil ? nil : bytes(value, valueSize).span)
    return .YES
}

/// The bytes of a string of the library; none where it has none, as in a query's `?name`.
private func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
        .assumingMemoryBound(to: UInt8.self)
}

/// Feeds the `crc` parameter of `MHD_create_response_from_callback`.
let readStream: MHD_ContentReaderCallback = { context, _, buffer, capacity in
    guard let context = unsafe context else { return CMHD_end_of_stream }
    let stream = unsafe Unmanaged<ResponseStream>.fromOpaque(context).takeUnretainedValue()
    return unsafe stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
}

/// Feeds the `crc` parameter of `MHD_create_response_from_callback` for a body that is never sent.
let readNothing: MHD_ContentReaderCallback = { _, _, _, _ in CMHD_end_with_error }

/// Feeds the `crfc` parameter of `MHD_create_response_from_callback`.
let releaseStream: MHD_ContentReaderFreeCallback = { context in
    guard let context = unsafe context else { return }
    unsafe Unmanaged<ResponseStream>.fromOpaque(context).release()
}

/// Feeds the logger of `CMHD_start_daemon`.
let logMessage: CMHD_Log = { context, message, length in
    guard let context = unsafe context, let message = unsafe message else { return }
    let core = unsafe Unmanaged<DaemonCore>.fromOpaque(context).takeUnretainedValue()
    let bytes = unsafe UnsafeRawBufferPointer(start: message, count: length)
    core.log(unsafe DaemonMessage(bytes))
}
