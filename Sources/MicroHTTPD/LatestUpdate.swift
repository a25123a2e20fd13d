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

/// The newest update of one thing: what a client missed is never sent, only where things stand now.
public struct LatestUpdate: StreamContent {
    /// The number of the newest update; 0 when there was none yet.
    public private(set) var sequence: UInt64 = 0
    /// That of the update before it; 0 where there is none.
    private var previous: UInt64 = 0
    private var update = StreamUpdate(change: [], snapshot: [])

    /// Makes a content without an update.
    public init() {}

    /// Replaces the newest update; the same one again changes nothing.
    ///
    /// - Parameter sequence: grows with each update, from 1; numbers may be left out.
    public mutating func publish(_ update: StreamUpdate, sequence: UInt64) {
        guard sequence != self.sequence else { return }
        self.update = update
        (previous, self.sequence) = (self.sequence, sequence)
    }

    /// The update that the client has; nil when it has none.
    public func position(known: UInt64?) -> UInt64? {
        // 0 stands for no update yet: nobody can know that one.
        sequence > 0 && known == sequence ? sequence : nil
    }

    /// The change alone where the client has all before it, else the whole newest state.
    public mutating func next(after position: inout UInt64?) -> [UInt8]? {
        guard sequence > 0, position != sequence else { return nil }
        let follows = position == previous
        position = sequence
        return follows ? update.change : update.snapshot
    }
}
