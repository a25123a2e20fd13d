import Testing

@testable import PulseClient

@Suite("HostPort")
struct HostPortTests {
    @Test(
        "puts an IPv6 address in brackets, and asks a server on all addresses on loopback",
        arguments: [
            ("127.0.0.1", "127.0.0.1:8080", "127.0.0.1:8080"),
            ("gpu1", "gpu1:8080", "gpu1:8080"), ("::1", "[::1]:8080", "[::1]:8080"),
            ("0.0.0.0", "0.0.0.0:8080", "127.0.0.1:8080"), ("::", "[::]:8080", "[::1]:8080"),
        ])
    func text(_ host: String, _ text: String, _ local: String) {
        let address = HostPort(host: host, port: 8080)
        #expect(address.description == text)
        #expect(address.local.description == local)
    }
}
