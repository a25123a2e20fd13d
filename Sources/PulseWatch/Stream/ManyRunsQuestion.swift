internal import Pulse
internal import PulseClient
internal import PulseMonitor

/// Asks a server whether it serves many runs: by what it says of itself, never by their number.
struct ManyRunsQuestion {
    private let server: ServerAccess

    /// Bytes of an answer that are read.
    private static let limit = 65_536

    init(_ server: ServerAccess) {
        self.server = server
    }

    /// Where the server is whose runs are meant; nil where one run is.
    ///
    /// The URL may be that of the list, `/runs`, as it is copied from the documentation.
    func answer(_ cancellation: CancellationPipe) throws(LinkError) -> ServerURL? {
        if try hasMany(at: server.url, cancellation) { return server.url }
        guard let parent = server.url.listing, try hasMany(at: parent, cancellation) else {
            return nil
        }
        return parent
    }

    private func hasMany(at url: ServerURL, _ cancellation: CancellationPipe) throws(LinkError)
        -> Bool
    {
        let about = try get("about", at: url, cancellation)
        if about.head.status == 200, let many = Self.many(try about.body(limit: Self.limit)) {
            return many
        }
        // A server without `/about` names the run that its other routes stand for.
        guard !url.isOfOneRun else { return false }
        return try get("status", at: url, cancellation).head["pulse-run"] != nil
    }

    private func get(_ resource: String, at url: ServerURL, _ cancellation: CancellationPipe)
        throws(LinkError) -> HTTPExchange
    {
        var server = server
        server.url = url
        return try server.get(resource, accept: "application/json", cancellation: cancellation)
    }

    /// What an `/about` document says; nil when it is none.
    static func many(_ document: [UInt8]) -> Bool? {
        JSONValue(document)?["many"]?.bool
    }
}
