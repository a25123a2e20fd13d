internal import CMicroHTTPD

/// The gates of the connections of one address, by socket.
///
/// Used by that address's thread alone: it accepts, receives and calls the handlers. A socket is of no
/// other thread while it is open.
@safe final class HeadGates: @unchecked Sendable {
    private let fresh: HeadGate
    // Ownership: its own memory, which costs no check of exclusive access at each request.
    private var gates = unsafe UnsafeMutableBufferPointer<HeadGate>(start: nil, count: 0)
    /// What completes heads that have been cut, where it didn't fit behind them.
    private var completions: [Int: ArraySlice<UInt8>] = [:]

    /// The same as for each ``HeadGate``.
    init(limit: Int, takesBody: Bool) {
        fresh = HeadGate(limit: limit, takesBody: takesBody)
    }

    deinit {
        unsafe gates.deallocate()
    }

    /// A client connected.
    func open(_ socket: Int) {
        if unsafe socket >= gates.count {
            // Every one of them is touched, so there are few more than sockets.
            let larger = UnsafeMutableBufferPointer<HeadGate>.allocate(
                capacity: 64 + socket + socket / 8)
            unsafe larger.initialize(repeating: fresh)
            _ = unsafe larger.update(fromContentsOf: gates)
            unsafe gates.deallocate()
            unsafe gates = unsafe larger
        }
        unsafe gates[socket] = fresh
        completions[socket] = nil
    }

    /// Whether a head has been let through that no handler has taken up.
    func isWaiting(_ socket: Int) -> Bool {
        unsafe socket >= 0 && socket < gates.count && gates[socket].waiting > 0
    }

    /// A head has reached its handler: what is wrong with it.
    func takeUp(_ socket: Int) -> RequestFault? {
        unsafe gates[socket].takeUp()
    }

    /// Receives for the library; gives what `CMHD_receive` gives.
    ///
    /// - Parameter session: of TLS; nil without.
    func receive(
        on socket: Int, session: UnsafeMutableRawPointer?,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        if !completions.isEmpty, let completion = completions[socket] {
            return unsafe complete(socket, with: completion, into: buffer)
        }
        let count = unsafe CMHD_receive(Int32(socket), session, buffer.baseAddress, buffer.count)
        guard count > 0, unsafe socket < gates.count else { return count }
        let bytes = unsafe buffer[..<count].withMemoryRebound(to: UInt8.self) { unsafe $0 }
        var span = unsafe bytes.mutableSpan
        switch unsafe gates[socket].read(&span) {
        case .all:
            return count
        case .end(after: let end, let completion):
            let text = unsafe Array(
                UnsafeBufferPointer(
                    start: completion.utf8Start, count: completion.utf8CodeUnitCount))
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
            // What comes behind is thrown away; 0 is the end of what the client sends.
            return unsafe end + complete(socket, with: text[...], into: rest)
        }
    }

    /// Copies what fits; the rest waits for the next call, which comes because the buffer is full.
    private func complete(
        _ socket: Int, with completion: ArraySlice<UInt8>,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let part = completion.prefix(buffer.count)
        unsafe buffer.copyBytes(from: part)
        let rest = completion.dropFirst(part.count)
        completions[socket] = rest.isEmpty ? nil : rest
        return part.count
    }
}
