/// Many things in the order of their last change: each client walks along and stands at one number.
///
/// Of each thing only the newest state is there, rendered when the first client needs it and shared
/// by all. A client that joins gets every thing once, then `ready`; from there what changes, and
/// what goes. Nothing is kept for a client.
public struct ChangeList: StreamContent {
    /// Renders an event, with its own sequence number as the id that a client gives back.
    public typealias Rendering = @Sendable (_ sequence: UInt64) -> [UInt8]

    /// Where one client stands.
    public struct Position: Sendable {
        /// The newest change that it has.
        fileprivate var sequence: UInt64
        /// Whether it began with nothing, and hasn't come to the end yet.
        fileprivate var isJoining: Bool
        /// The newest change when it began to read, behind which it is ready; nil before, and after.
        fileprivate var readyAfter: UInt64?
        fileprivate var isReady = false
        /// What the client has is of another list: it has to forget that first.
        fileprivate var isForeign = false
    }

    private enum Event {
        case change(Rendering)
        case gone(Rendering)
        /// The thing has changed again.
        case superseded

        var isGone: Bool { if case .gone = self { true } else { false } }
        var isSuperseded: Bool { if case .superseded = self { true } else { false } }
    }

    private struct Entry {
        let sequence: UInt64
        let key: String
        var event: Event
        var bytes: [UInt8]?
    }

    /// The number of the newest change; 0 before any.
    public private(set) var sequence: UInt64 = 0
    /// In the order of their numbers.
    private var entries: [Entry] = []
    /// The index of each thing's newest entry, of one that is gone, too.
    private var places: [String: Int] = [:]
    /// The keys of what went last, oldest first.
    private var gone: [String] = []
    /// The newest number of those gone that nobody is told of any more.
    private var forgotten: UInt64 = 0
    private var ready: Rendering = { _ in [] }
    private var reset: [UInt8] = []

    /// How many of those gone are told to a client that was away.
    static let goneLimit = 1_024

    /// Makes an empty list.
    public init() {}

    /// Sets what a client gets at the end of its first walk, and where it has to begin anew.
    public mutating func announce(ready: @escaping Rendering, reset: [UInt8]) {
        self.ready = ready
        self.reset = reset
    }

    /// The thing of this key is new, or has changed.
    public mutating func put(_ key: String, _ rendering: @escaping Rendering) {
        append(key, .change(rendering))
    }

    /// The thing of this key is gone; nothing happens where there is none.
    public mutating func remove(_ key: String, _ rendering: @escaping Rendering) {
        guard let place = places[key], !entries[place].event.isGone else { return }
        append(key, .gone(rendering))
        gone.append(key)
        if gone.count > Self.goneLimit { forget(gone.removeFirst()) }
    }

    private mutating func append(_ key: String, _ event: Event) {
        if let place = places[key] {
            if entries[place].event.isGone { gone.removeAll { $0 == key } }
            supersede(place)
        }
        sequence += 1
        places[key] = entries.count
        entries.append(Entry(sequence: sequence, key: key, event: event))
        if entries.count > 2 * places.count + 64 { closeUp() }
    }

    private mutating func forget(_ key: String) {
        guard let place = places.removeValue(forKey: key) else { return }
        forgotten = entries[place].sequence
        supersede(place)
    }

    private mutating func supersede(_ place: Int) {
        entries[place].event = .superseded
        entries[place].bytes = nil
    }

    private mutating func closeUp() {
        entries.removeAll { $0.event.isSuperseded }
        for (place, entry) in entries.enumerated() { places[entry.key] = place }
    }

    /// At the change that the client has; at the beginning where it has none, or one that was never
    /// made here.
    public func position(known: UInt64?) -> Position {
        guard let known, known > 0, known <= sequence else {
            return Position(sequence: 0, isJoining: true, isForeign: known.map { $0 > 0 } ?? false)
        }
        return Position(sequence: known, isJoining: false)
    }

    /// The next thing that has changed, in the state that it has now.
    public mutating func next(after position: inout Position) -> [UInt8]? {
        let readyAfter = position.readyAfter ?? sequence
        if position.isForeign {
            position.isForeign = false
            return reset
        }
        if position.sequence < forgotten, !position.isJoining || forgotten > readyAfter {
            position = self.position(known: nil)
            return reset
        }
        if !position.isReady { position.readyAfter = readyAfter }
        let place = place(after: position)
        if !position.isReady, place.map({ entries[$0].sequence > readyAfter }) ?? true {
            position = Position(sequence: readyAfter, isJoining: false, isReady: true)
            return ready(readyAfter)
        }
        guard let place else { return nil }
        position.sequence = entries[place].sequence
        return bytes(at: place)
    }

    /// The index of the first change behind a position that its client has to know of.
    private func place(after position: Position) -> Int? {
        guard position.sequence < sequence else { return nil }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].sequence <= position.sequence {
                low = middle + 1
            } else {
                high = middle
            }
        }
        while low < entries.count, isPassedOver(entries[low], by: position) { low += 1 }
        return low < entries.count ? low : nil
    }

    /// Of what went before it came, a client needs to know nothing.
    private func isPassedOver(_ entry: Entry, by position: Position) -> Bool {
        entry.event.isSuperseded
            || (entry.event.isGone && position.isJoining
                && entry.sequence <= position.readyAfter ?? 0)
    }

    private mutating func bytes(at place: Int) -> [UInt8] {
        if let bytes = entries[place].bytes { return bytes }
        switch entries[place].event {
        case .superseded: return []
        case .change(let rendering), .gone(let rendering):
            let bytes = rendering(entries[place].sequence)
            entries[place].bytes = bytes
            return bytes
        }
    }
}
