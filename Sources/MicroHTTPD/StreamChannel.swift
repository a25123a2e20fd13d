internal import CMicroHTTPD
internal import Synchronization

/// One stream with any number of clients: the shell around `StreamState`.
///
/// Its lock is the one that every content reader takes, and a slice of resumes is made under it:
/// the library's thread can't run ahead and walk its list of suspended connections once for each of
/// them.
///
/// Lock order: the library's response mutex, then this lock, then the library's connection mutex.
public final class StreamChannel<Content: StreamContent>: ServedChannel, Sendable {
    private struct State {
        var streams = StreamState<SuspendedConnection, Content>()
        var open = 0
    }

    private let state = Mutex(State())
    private let total: StreamCount

    /// Makes a channel without clients.
    ///
    /// - Parameter total: counts its streams with those of other channels.
    public init(countedIn total: StreamCount = StreamCount()) {
        self.total = total
    }

    /// The number of streams that are open.
    public var openStreams: Int {
        state.withLock { $0.open }
    }

    /// Changes the content; who waits isn't woken yet.
    public func update<Result: Sendable>(_ change: (inout Content) -> Result) -> Result {
        state.withLock { $0.streams.update(change) }
    }

    /// Wakes every client that waits.
    public func wake() {
        state.withLock { state in
            state.streams.call()
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

    /// Ends all streams: each sends what is on its way, these bytes, then its final chunk.
    ///
    /// New ones end at once in the same way.
    public func finish(sending last: [UInt8] = []) {
        state.withLock { state in
            state.streams.finish(sending: last)
            state.streams.wake(SuspendedConnection.resume)
        }
    }

    func open(
        _ opening: StreamOpening, on connection: SuspendedConnection
    ) -> any StreamReader {
        let cursor = state.withLock { state in
            state.open += 1
            return state.streams.cursor(preamble: opening.preamble, known: opening.known)
        }
        total.add(1)
        return ChannelReader(self, cursor, connection)
    }

    /// The library freed a stream's response.
    fileprivate func close(_ cursor: inout StreamCursor<Content>) {
        total.add(-1)
        state.withLock { state in
            state.open -= 1
            state.streams.leave(&cursor)
            state.streams.wake(SuspendedConnection.resume)
        }
    }

    /// Fills the buffer of a content reader, or suspends its connection under the lock that resumes
    /// it.
    fileprivate func fill(
        _ buffer: UnsafeMutableRawBufferPointer, for cursor: inout StreamCursor<Content>,
        of connection: SuspendedConnection
    ) -> StreamStep {
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

extension StreamChannel where Content == LatestUpdate {
    /// Replaces the newest update and wakes every client.
    ///
    /// `sequence` grows with each update, from 1; numbers may be left out.
    public func publish(_ update: StreamUpdate, sequence: UInt64) {
        state.withLock { state in
            state.streams.publish(update, sequence: sequence)
            state.streams.wake(SuspendedConnection.resume)
        }
    }
}

/// A channel of whatever content, as daemon and response see it.
protocol ServedChannel: AnyObject, Sendable {
    /// The number of streams that are open.
    var openStreams: Int { get }

    /// A reader for a new stream.
    ///
    /// On a finished channel it leads straight to the end.
    func open(_ opening: StreamOpening, on connection: SuspendedConnection) -> any StreamReader

    /// Ends all streams, and any new one, with these bytes.
    func finish(sending last: [UInt8])
}

/// One client's place in a channel, used by the library's thread alone; its end closes the stream.
protocol StreamReader: AnyObject {
    /// Bytes, or the connection is suspended, or the end.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> StreamStep
}

private final class ChannelReader<Content: StreamContent>: StreamReader {
    private let channel: StreamChannel<Content>
    private var cursor: StreamCursor<Content>
    private let connection: SuspendedConnection

    init(
        _ channel: StreamChannel<Content>, _ cursor: StreamCursor<Content>,
        _ connection: SuspendedConnection
    ) {
        self.channel = channel
        self.cursor = cursor
        self.connection = connection
    }

    deinit {
        channel.close(&cursor)
    }

    // Called for each delivery. Unspecialized it takes twice as long: it looks up the layout of each
    // generic type that it meets.
    @_specialize(where Content == LatestUpdate)
    @_specialize(where Content == ChangeList)
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> StreamStep {
        unsafe channel.fill(buffer, for: &cursor, of: connection)
    }
}

/// How many streams are open in several channels together.
public final class StreamCount: Sendable {
    private let open = Atomic(0)

    /// Makes a count of none.
    public init() {}

    /// The number of open streams.
    public var value: Int { open.load(ordering: .relaxed) }

    fileprivate func add(_ change: Int) {
        open.add(change, ordering: .relaxed)
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
