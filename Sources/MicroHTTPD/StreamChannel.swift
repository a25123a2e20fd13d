internal import CMicroHTTPD
internal import Synchronization

/// One stream of updates with any number of clients: the shell around `StreamState`.
///
/// Its lock is the one that every content reader takes, and a slice of resumes is made under it:
/// the library's thread can't run ahead and walk its list of suspended connections once for each of
/// them.
///
/// Lock order: the library's response mutex, then this lock, then the library's connection mutex.
public final class StreamChannel: Sendable {
    private struct State {
        var streams = StreamState<SuspendedConnection>()
        var open = 0
    }

    private let state = Mutex(State())

    /// Makes a channel without clients and without an update.
    public init() {}

    /// The number of streams that are open.
    public var openStreams: Int {
        state.withLock { $0.open }
    }

    /// Replaces the newest update and wakes every client.
    ///
    /// `sequence` grows by one with each update, from 1.
    public func publish(_ update: StreamUpdate, sequence: UInt64) {
        state.withLock { state in
            state.streams.publish(update, sequence: sequence)
            state.streams.wake(SuspendedConnection.resume)
        }
    }

    /// Sends bytes that are no update to every client, also to find those that have died.
    public func beat(_ heartbeat: [UInt8]) {
        state.withLock { state in
            state.streams.beat(heartbeat)
            state.streams.wake(SuspendedConnection.resume)
        }
    }

    /// Ends all streams: each sends what is on its way, then its final chunk.
    ///
    /// New ones end at once.
    public func finish() {
        state.withLock { state in
            state.streams.finish()
            state.streams.wake(SuspendedConnection.resume)
        }
    }

    /// A cursor for a new stream.
    ///
    /// On a finished channel it leads straight to the end.
    func open(preamble: [UInt8], known: UInt64?) -> StreamCursor {
        state.withLock { state in
            state.open += 1
            return state.streams.cursor(preamble: preamble, known: known)
        }
    }

    /// The library freed a stream's response.
    func close(_ cursor: inout StreamCursor) {
        state.withLock { state in
            state.open -= 1
            state.streams.leave(&cursor)
            state.streams.wake(SuspendedConnection.resume)
        }
    }

    /// Fills the buffer of a content reader, or suspends its connection under the lock that resumes
    /// it.
    func fill(
        _ buffer: UnsafeMutableRawBufferPointer, for cursor: inout StreamCursor,
        of connection: SuspendedConnection
    ) -> StreamState<SuspendedConnection>.Step {
        // The library's buffer, used by its own thread alone while it waits for this call.
        nonisolated(unsafe) let buffer = unsafe buffer
        return state.withLock { state in
            let step = unsafe state.streams.fill(buffer, for: &cursor, of: connection)
            if step == .suspend { unsafe MHD_suspend_connection(connection.pointer) }
            state.streams.wake(SuspendedConnection.resume)
            return step
        }
    }
}

/// A connection that may be used off the library's thread, but only while it is suspended: the
/// library can't free it then.
@safe struct SuspendedConnection: @unchecked Sendable {
    let pointer: OpaquePointer

    static func resume(_ connection: SuspendedConnection) {
        unsafe MHD_resume_connection(connection.pointer)
    }
}
