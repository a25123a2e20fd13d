internal import Pulse
internal import PulseClient
internal import PulseMonitor

/// Asks a server whether it serves many runs: by what it says of itself, never by their number.
struct ManyRunsQuestion {
    private let server: ServerAccess

    /// Bytes of an answer at most: it names each source.
    private static let limit = 16 << 20

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
        var server = server
        server.url = url
        let about = try server.get(
            "about", accept: "application/json", cancellation: cancellation)
        // A server that knows nothing of it has one run.
        guard about.head.status == 200 else { return false }
        return Self.many(try about.body(limit: Self.limit))
    }

    /// What an `/about` document says.
    static func many(_ document: [UInt8]) -> Bool {
        JSONValue(document)?["kind"]?.string.map { ["directory", "bucket"].contains($0) } ?? false
    }
}
