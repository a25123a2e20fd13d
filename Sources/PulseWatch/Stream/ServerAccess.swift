package import PulseClient
internal import PulseMonitor

/// A server, and what it takes to be let in.
package struct ServerAccess: Sendable {
    package var url: ServerURL
    /// The secret for a server that asks for one.
    let token: String?
    /// A PEM file of authorities beside those of the system, for HTTPS.
    let certificates: String?

    package init(url: ServerURL, token: String?, certificates: String?) {
        self.url = url
        self.token = token
        self.certificates = certificates
    }

    /// Asks for a resource.
    ///
    /// - Parameters:
    ///   - resource: a name below the URL's path.
    ///   - lastEventID: where a stream is to go on; empty for its beginning.
    func get(
        _ resource: String, accept: String, lastEventID: [UInt8] = [],
        cancellation: CancellationPipe
    ) throws(LinkError) -> HTTPExchange {
        var fields = [("Accept", accept), ("Cache-Control", "no-cache")]
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        let id = String(decoding: lastEventID, as: UTF8.self)
        if !id.isEmpty { fields.append(("Last-Event-ID", id)) }
        return try HTTPExchange(
            get: resource, at: url, fields: fields, trust: .certified(authorities: certificates),
            cancellation: cancellation)
    }
}
