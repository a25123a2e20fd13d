import Testing

@testable import PulseClient
@testable import PulseDoctor

@Suite("ServerProbe")
struct ServerProbeTests {
    private func head(_ status: Int, _ fields: String...) throws -> HTTPHead {
        try HTTPHead(lines: ["HTTP/1.1 \(status) x"] + fields)
    }

    @Test("believes who says so, and no other name")
    func name() throws {
        for name in ["Pulse", "Pulse/0.2", "Pulse (Debian)"] {
            #expect(ServerProbe.saysPulse(try head(200, "Server: \(name)")))
            // A stalled one is one as well.
            #expect(ServerProbe.saysPulse(try head(503, "Server: \(name)")))
        }
        for name in ["", "nginx", "Pulseway", "pulse", "SimpleHTTP/0.6 Pulse"] {
            #expect(ServerProbe.saysPulse(try head(200, "Server: \(name)")) == false)
        }
        #expect(ServerProbe.saysPulse(try head(200)) == false)
    }

    @Test("knows an older one by what only Pulse shows")
    func older() throws {
        let document = Facts.document()
        let source = "Pulse-Source: ok"
        #expect(ServerProbe.showsPulse(try head(200, source), body: document))
        #expect(ServerProbe.showsPulse(try head(503, "Pulse-Source: invalid"), body: []))
        #expect(
            ServerProbe.showsPulse(
                try head(401, "WWW-Authenticate: Bearer realm=\"pulse\""), body: []))
        #expect(ServerProbe.showsPulse(try head(200), body: document) == false)
        #expect(ServerProbe.showsPulse(try head(200, source), body: Array("{}".utf8)) == false)
        #expect(
            ServerProbe.showsPulse(
                try head(401, "WWW-Authenticate: Bearer realm=\"other\""), body: []) == false)
        #expect(ServerProbe.showsPulse(try head(404, source), body: document) == false)
    }
}
