internal import Glibc
internal import Synchronization
internal import Testing
@testable internal import PulseRun

@Suite("UpdateEndpoint", .ownThread, .timeLimit(.minutes(1)))
struct UpdateEndpointTests {
    private static let token = "0123456789abcdef"
    private static let update =
        #"{"trainerStatus": {"metrics": [{"name": "current_step", "value": "24"}]}}"#

    private let endpoint: UpdateEndpoint
    private let reports = Reports()

    init() throws {
        let reports = reports
        let endpoint = UpdateEndpoint(token: Self.token) { reports.add($0) }
        self.endpoint = try #require(endpoint)
    }

    @Test("takes urllib's request, however it is cut", arguments: [1, 7, 100, .max])
    func accepted(piece: Int) throws {
        let client = try connect()
        var rest = Array(Self.request().utf8)[...]
        while !rest.isEmpty {
            try client.send(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        let reply = try client.reply()
        #expect(reply.statusLine == "HTTP/1.1 200 OK")
        #expect(reply.body.isEmpty)
        // Before it was answered.
        #expect(reports.all == [ProgressReport(step: 24)])
        #expect(try client.bytesToEnd().isEmpty)
        endpoint.stop()
    }

    @Test("takes names of fields and the scheme in any case, to any path, one after the other")
    func cases() throws {
        let client = try connect()
        for target in ["/", "/status", "http://x/"] {
            try client.send(
                "POST \(target) HTTP/1.1\r\nHOST: x\r\nCONTENT-LENGTH:  \(Self.update.utf8.count)\r\n"
                    + "authorization: bEARER \(Self.token)\r\n\r\n" + Self.update)
            #expect(try client.reply().status == 200)
        }
        #expect(reports.all.count == 3)
        endpoint.stop()
    }

    @Test(
        "refuses what it doesn't know",
        arguments: [
            (request(authorization: "Bearer wrong"), 401),
            (request(authorization: "Bearer \(token)x"), 401),
            (request(authorization: "Bearer 0123456789abcdeg"), 401),
            (request(authorization: "Basic \(token)"), 401), (request(authorization: ""), 401),
            (request(authorization: "Bearer"), 401), (request(authorization: "Bearer "), 401),
            (request(method: "GET"), 405), (request(method: "PUT"), 405),
            (request(fields: ""), 411), (request(fields: "Transfer-Encoding: chunked\r\n"), 411),
            (request(fields: "Content-Length: 2\r\nContent-Length: 2\r\n"), 400),
            (request(fields: "Content-Length: -2\r\n"), 400),
            (request(fields: "Content-Length: 0x2\r\n"), 400),
            (request(fields: "Content-Length: \r\n"), 400),
            (request(fields: "Content-Length: 65537\r\n"), 413),
            (request(fields: "Content-Length: 99999999999999999999\r\n"), 413),
            (request(fields: "no colon\r\nContent-Length: 2\r\n"), 400),
            (request(fields: ": no name\r\nContent-Length: 2\r\n"), 400),
            (request(fields: "Content-Length: 2\r\n", body: "{}"), 400),
            (request(fields: "Content-Length: 0\r\n", body: ""), 400),
            (request(fields: String(repeating: "A: b\r\n", count: 2_000)), 431),
        ] as [(String, Int)])
    func refused(request: String, status: Int) throws {
        let client = try connect()
        try client.send(request)
        let reply = try client.reply()
        #expect(reply.status == status)
        #expect(reply["WWW-Authenticate"] == (status == 401 ? "Bearer" : nil))
        #expect(reply["Allow"] == (status == 405 ? "POST" : nil))
        #expect(reports.all.isEmpty)
        endpoint.stop()
    }

    @Test("doesn't wait for the body of somebody without the token")
    func stranger() throws {
        let client = try connect()
        try client.send(
            Self.request(
                authorization: "Bearer x", fields: "Content-Length: 60000\r\n", body: ""))
        #expect(try client.reply().status == 401)
        #expect(try client.bytesToEnd().isEmpty)
        endpoint.stop()
    }

    @Test("clients that are silent or slow give their places up to others")
    func dawdlers() throws {
        let idle = try (0..<16).map { _ in try connect() }
        for client in idle.prefix(8) { try client.send(Self.request().dropLast().description) }
        let client = try connect()
        try client.send(Self.request())
        #expect(try client.reply().status == 200)
        #expect(reports.all.count == 1)
        for client in idle { #expect(try client.bytesToEnd().isEmpty) }
        endpoint.stop()
    }

    @Test("ends at once, whatever its clients are at, and again and again")
    func stop() throws {
        let clients = try (0..<10).map { _ in try connect() }
        for client in clients.prefix(5) { try client.send(Self.request().dropLast().description) }
        endpoint.stop()
        for client in clients { #expect(try client.bytesToEnd().isEmpty) }
        for _ in 0..<20 {
            try #require(UpdateEndpoint(token: Self.token) { _ in }).stop()
        }
    }

    private func connect() throws -> RawClient {
        try RawClient(port: Int(endpoint.port))
    }

    /// As urllib sends it.
    private static func request(
        method: String = "POST", authorization: String = "Bearer \(token)",
        fields: String = "Content-Length: \(update.utf8.count)\r\n", body: String = update
    ) -> String {
        "\(method) / HTTP/1.1\r\nAccept-Encoding: identity\r\nContent-Type: application/json\r\n"
            + "Host: 127.0.0.1:1234\r\nUser-Agent: Python-urllib/3.11\r\n\(fields)"
            + "Authorization: \(authorization)\r\nConnection: close\r\n\r\n\(body)"
    }
}

/// Reports that have come.
private final class Reports: Sendable {
    private let taken = Mutex<[ProgressReport]>([])

    var all: [ProgressReport] { taken.withLock { $0 } }

    func add(_ report: ProgressReport) {
        taken.withLock { $0.append(report) }
    }
}
