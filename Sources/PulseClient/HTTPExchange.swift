package import Certificates
internal import Pulse
package import PulseMonitor

/// One request and its answer, on a connection of their own.
package final class HTTPExchange {
    package let head: HTTPHead
    private let connection: Connection
    private let timeout: Duration
    private var parser: HTTPResponseParser
    /// What came together with the head.
    private var first: [UInt8]?

    /// How many times as long as its silence a head may take, and each 64 KiB of a body: else who sends a
    /// byte now and then would be waited for for ever.
    private static let timeoutMultiplier = 2

    /// Sends the request and waits for the head of the answer.
    ///
    /// - Parameters:
    ///   - resource: a name below the URL's path.
    ///   - fields: name and value of further header fields.
    ///   - trust: whose answer is taken, by HTTPS.
    ///   - timeout: how long the server may send nothing; twice as long for all of the head.
    ///   - cancellation: ends every wait.
    /// - Throws: ``LinkError``.
    package init(
        get resource: String, at url: ServerURL, fields: [(String, String)] = [],
        trust: ServerTrust = .certified(authorities: nil), timeout: Duration = .seconds(5),
        cancellation: CancellationPipe
    ) throws(LinkError) {
        let lines =
            [
                "GET \(url.path(resource)) HTTP/1.1", "Host: \(url.authority)",
                "User-Agent: pulse/\(PulseVersion.current)", "Connection: close",
            ] + fields.map { "\($0): \($1)" }
        let connection = try Connection(
            to: url, trust: trust, timeout: timeout, cancellation: cancellation)
        try connection.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        var parser = HTTPResponseParser()
        var body: [UInt8] = []
        let end = ContinuousClock.now + timeout * Self.timeoutMultiplier
        while parser.head == nil {
            guard ContinuousClock.now < end else { throw .noAnswer }
            let bytes = try connection.receive(within: timeout)
            guard !bytes.isEmpty else { throw LinkError("the server closes without an answer") }
            body += try parser.feed(bytes)
        }
        guard let head = parser.head else { throw .noAnswer }
        self.head = head
        self.connection = connection
        self.timeout = timeout
        self.parser = parser
        first = body
    }

    /// When the certificate is valid that the server shows; nil without encryption.
    package var serverCertificate: CertificateValidity? { connection.peerValidity }

    /// The next piece of the body, which may be empty; nil at its end.
    ///
    /// - Throws: ``LinkError`` also when the connection ends before the body does.
    package func next(within timeout: Duration) throws(LinkError) -> [UInt8]? {
        if let piece = first {
            first = nil
            return piece
        }
        if parser.isEnded { return nil }
        let bytes = try connection.receive(within: timeout)
        guard bytes.isEmpty else { return try parser.feed(bytes) }
        try parser.end()
        return nil
    }

    /// The whole body.
    ///
    /// - Throws: ``LinkError`` also when it is longer than `limit` bytes, or doesn't end.
    package func body(limit: Int) throws(LinkError) -> [UInt8] {
        var body: [UInt8] = []
        let parts = max(1, limit / 65_536)
        let end = ContinuousClock.now + timeout * Self.timeoutMultiplier * parts
        while let piece = try next(within: timeout) {
            body += piece
            guard body.count <= limit else { throw LinkError("the answer is too long") }
            guard ContinuousClock.now < end else { throw .noAnswer }
        }
        return body
    }
}
