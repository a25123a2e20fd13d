internal import Dispatch
internal import MicroHTTPD
internal import Testing

@Suite("Simultaneous requests", .ownThread, .timeLimit(.minutes(1)))
struct SimultaneousTests {
    /// The library has room for so many events (`MHD_epoll`, `MAX_EVENTS`), and all of them once waited
    /// for another one.
    @Test("are answered when they are as many as the library takes up at a time")
    func fullBatch() throws {
        let (begun, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let table = PathTable(["/slow"])
        let response = Response(status: 200, body: Array("done".utf8))
        let daemon = try Daemon(configuration: DaemonConfiguration(port: 0)) { _ in
        } handler: { request in
            if request.match(in: table) != nil {
                begun.signal()
                ended.wait()
            }
            return .response(response)
        }
        let clients = try (0..<128).map { _ in try RawClient(port: Int(daemon.port)) }
        for client in clients { #expect(try client.request("GET", "/").text == "done") }
        let slow = try RawClient(port: Int(daemon.port))
        try slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        begun.wait()
        for client in clients { try client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") }
        ended.signal()
        for client in clients { #expect(try client.reply().text == "done") }
        #expect(try slow.reply().text == "done")
        daemon.stop()
    }
}
