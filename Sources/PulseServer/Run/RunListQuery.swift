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

    /// Reads the query of a request; other parameters are passed over.
    init(_ request: borrowing Request) throws(MalformedParameter) {
        try self.init { name in request.queryParameter(name) }
    }

    init(_ parameter: (StaticString) -> [UInt8]?) throws(MalformedParameter) {
        func text(_ name: StaticString) throws(MalformedParameter) -> String? {
            try QueryParameter.text(parameter(name), of: name)
        }
        if let names = try text("state") {
            var states: Set<RunState> = []
            for name in names.split(separator: ",", omittingEmptySubsequences: false) {
                guard let state = RunState(rawValue: String(name)) else {
                    throw MalformedParameter(name: "state")
                }
                states.insert(state)
            }
            self.states = states
        }
        if let name = try text("source") {
            guard SourceName(exactly: name) != nil else { throw MalformedParameter(name: "source") }
            source = name
        }
        switch try text("current") {
        case nil: break
        case "true": isCurrent = true
        case "false": isCurrent = false
        default: throw MalformedParameter(name: "current")
        }
        if let limit = try QueryParameter.number(
            parameter("limit"), of: "limit", in: 1...1_000)
        {
            self.limit = limit
        }
        if let text = try text("after") {
            guard RunReference(Array(text.utf8)) != nil else {
                throw MalformedParameter(name: "after")
            }
            after = text
        }
    }

    /// Whether a run is one of those asked for.
    func includes(_ item: RunItem) -> Bool {
        (states?.contains(item.state) ?? true) && (source ?? item.source) == item.source
            && (isCurrent ?? item.isCurrent) == item.isCurrent
    }
}
