/// Where one client stands in the stream: what it has got, and what is on its way to it.
struct StreamCursor<Content: StreamContent>: Sendable {
    /// What the client has got of the content.
    fileprivate(set) var position: Content.Position
    /// Whether the client was suspended and has not been served since.
    fileprivate(set) var isWaiting = false
    var beats: UInt64
    /// The bytes on their way; sent whole before anything else.
    private(set) var frame: [UInt8]
    private(set) var sent = 0
    /// Whether the last bytes of a finished channel are on their way, or sent.
    fileprivate var hasLast = false

    init(position: Content.Position, beats: UInt64, preamble: [UInt8]) {
        self.position = position
        self.beats = beats
        frame = preamble
    }

    var isIdle: Bool { sent == frame.count }

    mutating func load(_ bytes: [UInt8]) {
        frame = bytes
        sent = 0
    }

    /// Moves as much of the frame as fits to the start of `buffer`.
    mutating func move(to buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, frame.count - sent)
        unsafe frame.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: .init(rebasing: bytes[sent..<sent + count]))
        }
        sent += count
        // An idle client must not keep the bytes of an old update alive.
        if isIdle { load([]) }
        return count
    }
}

/// What the content reader has to do.
enum StreamStep: Sendable, Equatable {
    /// That many bytes are in the buffer.
    case filled(Int)
    /// Nothing is new: suspend the connection. It is in the queue from here on.
    case suspend
    /// The stream is over: send the final chunk.
    case end
}

/// The pure state machine of all streams of one channel: nothing is queued for a client.
///
/// It decides what each client gets next and who waits; it never touches a socket. `Connection` is
/// whatever names a waiting client, so tests drive it with integers. The rules that keep
/// libmicrohttpd alive are here: a client is in `queue` exactly while it is suspended, so that it is
/// resumed once for each suspension and never otherwise, and after `finish` nobody waits again.
struct StreamState<Connection: Sendable, Content: StreamContent>: Sendable {
    private(set) var content = Content()
    private(set) var isFinished = false
    private var last: [UInt8] = []
    private var heartbeat: [UInt8] = []
    private var beats: UInt64 = 0
    private var queue: WakeQueue<Connection>

    init(queue: WakeQueue<Connection> = WakeQueue()) {
        self.queue = queue
    }

    /// The clients that are suspended.
    var waiting: [Connection] { queue.suspended }

    /// A client joins: after `preamble` it gets what it doesn't have of the content.
    func cursor(preamble: [UInt8], known: UInt64?) -> StreamCursor<Content> {
        StreamCursor(position: content.position(known: known), beats: beats, preamble: preamble)
    }

    /// Changes the content, for clients that read it from here on.
    mutating func update<Result>(_ change: (inout Content) -> Result) -> Result {
        change(&content)
    }

    /// The content has changed: all that wait are due.
    mutating func call() {
        queue.callAll(atOnce: false)
    }

    mutating func beat(_ heartbeat: [UInt8]) {
        self.heartbeat = heartbeat
        beats += 1
        queue.callAll(atOnce: false)
    }

    /// Ends all streams, each with these bytes behind the newest content.
    mutating func finish(sending last: [UInt8] = []) {
        if !isFinished { self.last = last }
        isFinished = true
        queue.callAll(atOnce: true)
    }

    /// Gives the clients to `resume` whose turn has come; each once for each time that it waited.
    mutating func wake(_ resume: (Connection) -> Void) {
        queue.wake(resume)
    }

    /// A client is gone.
    mutating func leave(_ cursor: inout StreamCursor<Content>) {
        serve(&cursor)
    }

    /// Fills `buffer` with what the client behind `cursor` has yet to get.
    mutating func fill(
        _ buffer: UnsafeMutableRawBufferPointer, for cursor: inout StreamCursor<Content>,
        of connection: Connection
    ) -> StreamStep {
        serve(&cursor)
        var filled = 0
        repeat {
            if cursor.isIdle, !load(into: &cursor) { break }
            filled += unsafe cursor.move(to: .init(rebasing: buffer[filled...]))
        } while filled < buffer.count
        if filled > 0 { return .filled(filled) }
        if isFinished { return .end }
        queue.append(connection)
        cursor.isWaiting = true
        return .suspend
    }

    private mutating func serve(_ cursor: inout StreamCursor<Content>) {
        guard cursor.isWaiting else { return }
        cursor.isWaiting = false
        queue.served()
    }

    /// Chooses the next bytes for a client that has sent all it had.
    ///
    /// False when there are none.
    private mutating func load(into cursor: inout StreamCursor<Content>) -> Bool {
        if let bytes = content.next(after: &cursor.position) {
            cursor.load(bytes)
        } else if isFinished {
            guard !cursor.hasLast, !last.isEmpty else { return false }
            cursor.load(last)
            cursor.hasLast = true
        } else if cursor.beats != beats {
            cursor.load(heartbeat)
            cursor.beats = beats
        } else {
            return false
        }
        return true
    }
}

extension StreamState where Content == LatestUpdate {
    /// Replaces the newest update: all that wait are due.
    mutating func publish(_ update: StreamUpdate, sequence: UInt64) {
        content.publish(update, sequence: sequence)
        call()
    }
}
