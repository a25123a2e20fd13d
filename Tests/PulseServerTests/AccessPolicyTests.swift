import MicroHTTPD
import Testing

@testable import PulseServer

@Suite("AccessPolicy")
struct AccessPolicyTests {
    private func allows(_ authority: String, _ policy: AccessPolicy = AccessPolicy()) -> Bool {
        policy.hostName(in: Array(authority.utf8).span) == .own
    }

    @Test(
        "answers to addresses and to localhost",
        arguments: [
            "127.0.0.1:8080", "[::1]:8080", "192.168.1.7", "localhost", "LocalHost:1", "localhost.",
        ])
    func ownNames(authority: String) {
        #expect(allows(authority))
    }

    @Test(
        "answers to no name that a foreign page could let point here",
        arguments: [
            "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", ":80", ".",
            "localhost..", "127.0.0.1.",
        ])
    func foreignNames(authority: String) {
        #expect(AccessPolicy().hostName(in: Array(authority.utf8).span) == .foreign)
    }

    @Test("tells what can be no name from a foreign one", arguments: ["user@h", "h/path", "a, b"])
    func malformedNames(authority: String) {
        #expect(AccessPolicy().hostName(in: Array(authority.utf8).span) == .malformed)
    }

    @Test("the origins that may read may frame as well, and some beside them")
    func frameAncestors() {
        #expect(AccessPolicy().frameAncestors == "'self'")
        #expect(AccessPolicy(frameAncestors: ["*"]).frameAncestors == "'self' *")
        let policy = AccessPolicy(
            corsOrigins: ["https://a.example"],
            frameAncestors: ["https://b.example:8443", "http://c.example"])
        #expect(
            policy.frameAncestors
                == "'self' https://a.example https://b.example:8443 http://c.example")
        #expect(policy.headersByOrigin.count == 2)
    }

    @Test("answers to the names that it is given, in any case and with any port")
    func allowedHosts() {
        let policy = AccessPolicy(allowedHosts: ["GPU.example"])
        #expect(allows("gpu.example:8443", policy))
        #expect(allows("GPU.EXAMPLE", policy))
        #expect(!allows("other.example", policy))
        // A dot says that the name is whole, and makes no other of it.
        #expect(allows("gpu.example.:8443", policy))
        #expect(allows("gpu.example", AccessPolicy(allowedHosts: ["gpu.example."])))
        #expect(!allows("", AccessPolicy(allowedHosts: ["."])))
    }

    @Test("answers to the name that it listens on: it is the one in the URL that is printed")
    func listeningHost() throws {
        var configuration = StatusServerConfiguration(
            statusFile: "status.json", limit: DescriptorLimit(descriptors: 1_024))
        configuration.host = "gpu1"
        configuration.allowsAnonymous = true
        let policy = try AccessPolicy(configuration, token: nil, isLoopback: false)
        #expect(allows("gpu1:8080", policy))
        #expect(!allows("gpu2:8080", policy))
    }

    @Test("without CORS there is one set of headers, and it lets nobody in")
    func closed() {
        let policy = AccessPolicy()
        #expect(!policy.allowsCORS)
        #expect(policy.headersByOrigin.count == 1)
        #expect(!policy.headersByOrigin[0].contains { $0.name.hasPrefix("Access-Control") })
        #expect(
            policy.headersByOrigin[0].contains {
                $0.name == "X-Content-Type-Options" && $0.value == "nosniff"
            })
    }

    @Test("each named origin is let in by its own name, and caches are told")
    func named() {
        let policy = AccessPolicy(corsOrigins: ["https://a.example", "https://b.example"])
        #expect(policy.allowsCORS)
        let allowed = policy.headersByOrigin.map { headers in
            headers.first { $0.name == "Access-Control-Allow-Origin" }?.value
        }
        #expect(allowed == [nil, "https://a.example", "https://b.example"])
        #expect(
            policy.headersByOrigin.allSatisfy {
                $0.contains { $0.name == "Vary" && $0.value == "Origin" }
            })
    }

    @Test("the star lets everyone in, without Vary")
    func star() {
        let policy = AccessPolicy(corsOrigins: ["*"])
        #expect(policy.allowsCORS)
        #expect(policy.headersByOrigin.count == 1)
        #expect(!policy.headersByOrigin[0].contains { $0.name == "Vary" })
    }
}
