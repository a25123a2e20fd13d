internal import Glibc
internal import Testing
@testable internal import MicroHTTPD

@Suite("ListenSockets")
struct ListenSocketsTests {
    @Test(
        "binds an address of this machine and tells its port",
        arguments: ["127.0.0.1", "::1", "localhost"])
    func binds(host: String) throws {
        let sockets = try ListenSockets(host: host, port: 0)
        let (port, areLoopback) = (sockets.port, sockets.areLoopback)
        #expect(port > 0)
        #expect(areLoopback)
    }

    @Test(
        "localhost is both loopback addresses on one port, whatever the table of hosts says",
        arguments: ["localhost", "LocalHost", "localhost."])
    func localhost(host: String) throws {
        #expect(try ListenAddress.all(of: host).map(\.text) == ["127.0.0.1", "::1"])
        let sockets = try ListenSockets(host: host, port: 0)
        let (count, port) = (sockets.count, sockets.port)
        #expect(count == 2)
        for address in ["127.0.0.1", "::1"] {
            let error = #expect(throws: MicroHTTPDError.self) {
                _ = try ListenSockets(host: address, port: port)
            }
            #expect(error?.errno == EADDRINUSE)
        }
        _ = sockets.count
    }

    @Test(
        "a port that somebody has on one of a name's addresses is in use, and said with the address"
    )
    func halfTaken() throws {
        let other = try ListenSockets(host: "::1", port: 0)
        let port = other.port
        let error = #expect(throws: MicroHTTPDError.self) {
            _ = try ListenSockets(host: "localhost", port: port)
        }
        #expect(error?.description == "cannot listen on [::1]:\(port): Address already in use")
        // The half that was free is given back.
        _ = try ListenSockets(host: "127.0.0.1", port: port)
        _ = other.count
    }

    @Test("what others can reach is no loopback", arguments: ["0.0.0.0", "::", "::ffff:0.0.0.0"])
    func reachable(host: String) throws {
        let sockets = try ListenSockets(host: host, port: 0)
        let areLoopback = sockets.areLoopback
        #expect(!areLoopback)
    }

    @Test("says that a port is in use")
    func inUse() throws {
        let first = try ListenSockets(host: "127.0.0.1", port: 0)
        let port = first.port
        let error = #expect(throws: MicroHTTPDError.self) {
            _ = try ListenSockets(host: "127.0.0.1", port: port)
        }
        #expect(error?.code == .cannotListen)
        #expect(error?.errno == EADDRINUSE)
        #expect(error?.description == "cannot listen on 127.0.0.1:\(port): Address already in use")
        _ = first.count
    }

    @Test("gives its port back when it is released without having been handed over")
    func closes() throws {
        var port: UInt16 = 0
        do { port = try ListenSockets(host: "127.0.0.1", port: 0).port }
        _ = try ListenSockets(host: "127.0.0.1", port: port)
    }

    @Test("says that a host isn't one")
    func unknownHost() {
        let error = #expect(throws: MicroHTTPDError.self) {
            _ = try ListenSockets(host: "no such host", port: 0)
        }
        #expect(error?.description == "no local address is called no such host")
    }

    @Test("says that an address isn't this machine's, with the brackets of IPv6")
    func foreignAddress() {
        let error = #expect(throws: MicroHTTPDError.self) {
            _ = try ListenSockets(host: "2001:db8::1", port: 80)
        }
        #expect(error?.code == .cannotListen)
        #expect(error?.description.hasPrefix("cannot listen on [2001:db8::1]:80: ") == true)
    }
}
