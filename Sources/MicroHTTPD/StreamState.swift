/// One update of a stream, in the two forms that a client may need.
public struct StreamUpdate: Sendable {
    /// What a client gets that has everything before this update.
    public var change: [UInt8]
    /// What a client gets that has nothing yet, or that missed something: the whole newest state.
    public var snapshot: [UInt8]

    /// Makes an update from its two forms.
    public init(change: [UInt8], snapshot: [UInt8]) {
        self.change = change
        self.snapshot = snapshot
    }
}

/// Where one client stands in the stream: what it has got, and what is on its way to it.
struct StreamCursor: Sendable {
    /// The sequence number of the newest update that the client has; nil when it has none.
    var sequence: UInt64?
    /// Whether the client was suspended and has not been served since.
    fileprivate(set) var isWaiting = false
    var beats: UInt64
    /// The bytes on their way; sent whole before anything else.
    private(set) var frame: [UInt8]
    private(set) var sent = 0

    init(sequence: UInt64?, beats: UInt64, preamble: [UInt8]) {
        self.sequence = sequence
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

/// The pure state machine of all streams of one channel: latest wins, nothing is queued.
///
/// It decides what each client gets next and who waits; it never touches a socket. `Connection` is
/// whatever names a waiting client, so tests drive it with integers. The rules that keep
/// libmicrohttpd alive are here: a client is in `queue` exactly while it is suspended, so that it is
/// resumed once for each suspension and never otherwise, and after `finish` nobody waits again.
struct StreamState<Connection: Sendable>: Sendable {
    /// What the content reader has to do.
    enum Step: Sendable, Equatable {
        /// That many bytes are in the buffer.
        case filled(Int)
        /// Nothing is new: suspend the connection. It is in the queue from here on.
        case suspend
        /// The stream is over: send the final chunk.
        case end
    }

    private(set) var sequence: UInt64 = 0
    private(set) var isFinished = false
    private var update = StreamUpdate(change: [], snapshot: [])
    private var heartbeat: [UInt8] = []
    private var beats: UInt64 = 0
    private var queue: WakeQueue<Connection>

    init(queue: WakeQueue<Connection> = WakeQueue()) {
        self.queue = queue
    }

    /// The clients that are suspended.
    var waiting: [Connection] { queue.suspended }

    /// A client joins: after `preamble` it gets the newest snapshot, unless it already has update
    /// `known`.
    func cursor(preamble: [UInt8], known: UInt64?) -> StreamCursor {
        // 0 stands for no update yet: nobody can know that one.
        let knowsNewest = sequence > 0 && known == sequence
        return StreamCursor(
            sequence: knowsNewest ? sequence : nil, beats: beats, preamble: preamble)
    }

    mutating func publish(_ update: StreamUpdate, sequence: UInt64) {
        self.update = update
        self.sequence = sequence
        queue.callAll(atOnce: false)
    }

    mutating func beat(_ heartbeat: [UInt8]) {
        self.heartbeat = heartbeat
        beats += 1
        queue.callAll(atOnce: false)
    }

    mutating func finish() {
        isFinished = true
        queue.callAll(atOnce: true)
    }

    /// Gives the clients to `resume` whose turn has come; each once for each time that it waited.
    mutating func wake(_ resume: (Connection) -> Void) {
        queue.wake(resume)
    }

    /// A client is gone.
    mutating func leave(_ cursor: inout StreamCursor) {
        serve(&cursor)
    }

    /// Fills `buffer` with what the client behind `cursor` has yet to get.
    mutating func fill(
        _ buffer: UnsafeMutableRawBufferPointer, for cursor: inout StreamCursor,
        of connection: Connection
    ) -> Step {
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

    private mutating func serve(_ cursor: inout StreamCursor) {
        guard cursor.isWaiting else { return }
        cursor.isWaiting = false
        queue.served()
    }

    /// Chooses the next bytes for a client that has sent all it had.
    ///
    /// False when there are none.
    private func load(into cursor: inout StreamCursor) -> Bool {
        if sequence > 0, cursor.sequence != sequence {
            let follows = cursor.sequence.map { $0 + 1 == sequence } ?? false
            cursor.load(follows ? update.change : update.snapshot)
            cursor.sequence = sequence
        } else if cursor.beats != beats {
            cursor.load(heartbeat)
            cursor.beats = beats
        } else {
            return false
        }
        return true
    }
}
