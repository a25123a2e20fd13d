/// Who waits for an update, and who is woken next when one comes.
///
/// An update wakes the waiting in slices, each as the one before is served. The library serves all that
/// are resumed before it looks at anything else: ten thousand at once would let every other request
/// wait for all of them.
struct WakeQueue<Connection: Sendable>: Sendable {
    /// Suspended, with nothing new to get.
    private var idle: [Connection] = []
    /// Suspended when the update came; the first `woken` of them have been resumed.
    private var due: [Connection] = []
    private var woken = 0
    /// How many were resumed and have not been served yet, and how many may be at a time.
    private var awaited = 0
    private var slice = 0
    private let smallestSlice: Int

    /// How many slices an update takes at most: with each, the library walks through all connections that
    /// are suspended still.
    private static var slices: Int { 32 }

    /// - Parameter smallestSlice: so few are served faster than it pays to look at anything else in
    ///   between.
    init(smallestSlice: Int = 64) {
        self.smallestSlice = smallestSlice
    }

    /// All that are suspended, those first who were called first.
    var suspended: [Connection] { due[woken...] + idle }

    /// A client was suspended.
    mutating func append(_ connection: Connection) {
        idle.append(connection)
    }

    /// An update for all, to be got in slices, or by all of them at once.
    mutating func callAll(atOnce: Bool) {
        // Those that are due still come first: they have waited longest.
        due.removeFirst(woken)
        woken = 0
        due += idle
        idle.removeAll(keepingCapacity: true)
        slice = atOnce ? .max : max(due.count / Self.slices, smallestSlice)
    }

    /// Gives those to `resume` whose turn has come, each once.
    mutating func wake(_ resume: (Connection) -> Void) {
        while woken < due.count, awaited < slice {
            resume(due[woken])
            woken += 1
            awaited += 1
        }
    }

    /// One that was resumed has asked for bytes, or is gone.
    mutating func served() {
        awaited -= 1
    }
}
