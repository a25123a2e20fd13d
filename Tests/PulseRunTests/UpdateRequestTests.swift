import Testing

@testable import PulseRun

@Suite("UpdateRequest")
struct UpdateRequestTests {
    private static let token = "0123456789abcdef"

    /// As urllib sends it.
    private static func request(
        method: String = "POST", authorization: String = "Bearer \(token)",
        fields: String = "Content-Length: 2\r\n", body: String = "{}"
    ) -> String {
        "\(method) / HTTP/1.1\r\nAccept-Encoding: identity\r\nContent-Type: application/json\r\n"
            + "Host: 127.0.0.1:1234\r\nUser-Agent: Python-urllib/3.11\r\n\(fields)"
            + "Authorization: \(authorization)\r\nConnection: close\r\n\r\n\(body)"
    }

    private static func read(_ text: String, chunk: Int = .max) -> UpdateRequest.Progress {
        var request = UpdateRequest(token: Array(token.utf8))
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let progress = request.append(rest.prefix(chunk))
            if progress != .incomplete { return progress }
            rest = rest.dropFirst(chunk)
        }
        return .incomplete
    }

    @Test("accepts urllib's request, however it is cut", arguments: [1, 7, 100, .max])
    func accepted(chunk: Int) {
        #expect(Self.read(Self.request(), chunk: chunk) == .accepted(Array("{}".utf8)))
    }

    @Test("takes names of fields and the scheme in any case")
    func cases() {
        let request =
            "POST / HTTP/1.1\r\nCONTENT-LENGTH:  1 \r\nauthorization: bearer \(Self.token)"
        #expect(Self.read(request + "\r\n\r\nx") == .accepted([0x78]))
    }

    @Test("waits for a body that isn't whole")
    func waits() {
        let request = Self.request(fields: "Content-Length: 3\r\n")
        #expect(Self.read(request) == .incomplete)
    }

    @Test(
        "refuses what it doesn't know",
        arguments: [
            (request(authorization: "Bearer wrong"), 401),
            (request(authorization: "Bearer \(token)x"), 401),
            (request(authorization: "Bearer 0123456789abcdeg"), 401),
            (request(authorization: "Basic \(token)"), 401),
            (request(authorization: "Bearer \(token)\r\nAuthorization: Bearer x"), 401),
            (request(method: "GET"), 405), (request(method: "PUT"), 405),
            (request(fields: ""), 411), (request(fields: "Transfer-Encoding: chunked\r\n"), 411),
            (request(fields: "Content-Length: 2\r\nContent-Length: 2\r\n"), 400),
            (request(fields: "Content-Length: -2\r\n"), 400),
            (request(fields: "Content-Length: 0x2\r\n"), 400),
            (request(fields: "Content-Length: \r\n"), 400),
            (request(fields: "Content-Length: 65537\r\n"), 413),
            (request(fields: "Content-Length: 99999999999999999999\r\n"), 413),
            (request(fields: "Content-Length: 2\r\nExpect: 100-continue\r\n"), 417),
            (request(fields: "no colon\r\n"), 400), (request(fields: ": no name\r\n"), 400),
            ("POST / HTTP/2\r\n\r\n", 400), ("POST  / HTTP/1.1\r\n\r\n", 400), ("\r\n\r\n", 400),
        ] as [(String, Int)])
    func refused(request: String, status: Int) {
        #expect(Self.read(request) == .refused(status))
    }

    @Test("doesn't wait for the body of somebody without the token")
    func stranger() {
        let request = Self.request(
            authorization: "Bearer x", fields: "Content-Length: 60000\r\n", body: "")
        #expect(Self.read(request) == .refused(401))
    }

    @Test("refuses a head without end")
    func endless() {
        let request = "POST / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 2_000)
        #expect(Self.read(request, chunk: 512) == .refused(431))
    }
}
