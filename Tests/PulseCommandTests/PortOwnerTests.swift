import Glibc
import Testing

@testable import PulseCommand

@Suite("PortOwner")
struct PortOwnerTests {
    private static let table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
           1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 20 4 30 10 -1
           2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4713 1 0 100 0 0 10 0
        """

    @Test("finds the sockets that listen, and no connections") func listening() {
        #expect(PortOwner.sockets(listeningOn: 8080, in: Self.table) == ["socket:[4711]"])
        #expect(PortOwner.sockets(listeningOn: 8081, in: Self.table) == ["socket:[4713]"])
        #expect(PortOwner.sockets(listeningOn: 80, in: Self.table).isEmpty)
    }

    @Test(
        "passes over what is no table",
        arguments: ["", "\n", "sl\n", "sl\n 0: 0100007F 0 0A", "sl\n 0: x:1F90 y 0A 1 2 3 4 5"])
    func garbled(table: String) {
        #expect(PortOwner.sockets(listeningOn: 8080, in: table).isEmpty)
    }

    @Test("names this process, as the system knows it") func own() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        #expect(listen(descriptor, 1) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        let owner = try #require(PortOwner(ofPort: UInt16(bigEndian: address.sin_port)))
        #expect(owner.process == Int(getpid()))
        #expect(owner.description.contains("(process \(getpid()))"))
    }
}
