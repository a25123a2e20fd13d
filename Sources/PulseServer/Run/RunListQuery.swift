internal import MicroHTTPD
internal import PulseMonitor

/// What a client asks of `/runs`: which runs, how many, from where.
struct RunListQuery: Hashable, Sendable {
    /// The states to list; nil for all.
    var states: Set<RunState>?
    /// The source whose runs to list; nil for all.
    var source: String?
    /// Whether to list current runs alone, or earlier ones alone; nil for both.
    var isCurrent: Bool?
    /// Runs at most.
    var limit = 100
    /// The id behind which the list goes on; nil for its beginning.
    var after: String?

    /// A parameter whose value can't be one.
    struct Malformed: Error {
        let name: StaticString
    }

    /// Reads the query of a request; other parameters are passed over.
    init(_ request: borrowing Request) throws(Malformed) {
        try self.init { name in request.queryParameter(name) }
    }

    init(_ parameter: (StaticString) -> [UInt8]?) throws(Malformed) {
        func text(_ name: StaticString) throws(Malformed) -> String? {
            guard let bytes = parameter(name) else { return nil }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Malformed(name: name)
            }
            return text
        }
        if let names = try text("state") {
            var states: Set<RunState> = []
            for name in names.split(separator: ",", omittingEmptySubsequences: false) {
                guard let state = RunState(rawValue: String(name)) else {
                    throw Malformed(name: "state")
                }
                states.insert(state)
            }
            self.states = states
        }
        if let name = try text("source") {
            guard SourceName(exactly: name) != nil else { throw Malformed(name: "source") }
            source = name
        }
        switch try text("current") {
        case nil: break
        case "true": isCurrent = true
        case "false": isCurrent = false
        default: throw Malformed(name: "current")
        }
        if let text = try text("limit") {
            guard let limit = Int(text), String(limit) == text, (1...1_000).contains(limit) else {
                throw Malformed(name: "limit")
            }
            self.limit = limit
        }
        if let text = try text("after") {
            guard RunReference(Array(text.utf8)) != nil else { throw Malformed(name: "after") }
            after = text
        }
    }

    /// Whether a run is one of those asked for.
    func includes(_ item: RunItem) -> Bool {
        (states?.contains(item.state) ?? true) && (source ?? item.source) == item.source
            && isCurrent ?? true
    }
}
