internal import Glibc
internal import Testing
@testable internal import MicroHTTPD

@Suite("ListenSocket")
struct ListenSocketTests {
    @Test(
        "binds an address of this machine and tells its port",
        arguments: ["127.0.0.1", "::1", "localhost"])
    func binds(host: String) throws {
        let socket = try ListenSocket(host: host, port: 0)
        #expect(socket.port > 0)
    }

    @Test("says that a port is in use")
    func inUse() throws {
        let first = try ListenSocket(host: "127.0.0.1", port: 0)
        let port = first.port
        let error = #expect(throws: MicroHTTPDError.self) {
            _ = try ListenSocket(host: "127.0.0.1", port: port)
        }
        #expect(error?.code == .cannotListen)
        #expect(error?.errno == EADDRINUSE)
        #expect(error?.description == "cannot listen on 127.0.0.1:\(port): Address already in use")
        withExtendedLifetime(first) {}
    }

    @Test("gives its port back when it is released without having been handed over")
    func closes() throws {
        var port: UInt16 = 0
        do { port = try ListenSocket(host: "127.0.0.1", port: 0).port }
        _ = try ListenSocket(host: "127.0.0.1", port: port)
    }

    @Test("says that a host isn't one")
    func unknownHost() {
        let error = #expect(throws: MicroHTTPDError.self) {
            _ = try ListenSocket(host: "no such host", port: 0)
        }
        #expect(error?.description == "no local address is called no such host")
    }

    @Test("says that an address isn't this machine's, with the brackets of IPv6")
    func foreignAddress() {
        let error = #expect(throws: MicroHTTPDError.self) {
            _ = try ListenSocket(host: "2001:db8::1", port: 80)
        }
        #expect(error?.code == .cannotListen)
        #expect(error?.description.hasPrefix("cannot listen on [2001:db8::1]:80: ") == true)
    }
}
