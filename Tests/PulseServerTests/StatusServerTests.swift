import TestSupport
import Logging
import Testing

@testable import PulseServer

@Suite("StatusServer")
struct StatusServerTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func refusal(_ change: (inout StatusServerConfiguration) throws -> Void) throws
        -> String?
    {
        var configuration = StatusServerConfiguration(
            statusFile: directory.file("status.json"), limit: DescriptorLimit(descriptors: 1_024))
        configuration.port = 0
        try change(&configuration)
        let error = #expect(throws: ServerError.self) {
            try StatusServer(
                configuration: configuration,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        return error?.description
    }

    @Test(
        "an address that others can reach needs a token, or to be told so",
        arguments: ["0.0.0.0", "::", "0", "::ffff:0.0.0.0"])
    func reachable(host: String) throws {
        #expect(try refusal { $0.host = host }?.contains("--allow-anonymous") == true)
    }

    @Test(
        "an address that only this machine reaches needs none, however it is spelled",
        arguments: [
            "127.0.0.1", "127.1", "127.0.0.9", "localhost", "LOCALHOST", "localhost.", "::1",
            "0:0::1", "::ffff:127.0.0.1",
        ])
    func loopback(host: String) throws {
        var configuration = StatusServerConfiguration(
            statusFile: directory.file("status.json"), limit: DescriptorLimit(descriptors: 1_024))
        configuration.port = 0
        configuration.host = host
        _ = try StatusServer(
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test(
        "a name that only looks like a loopback address is judged by its addresses",
        arguments: ["127.lan.invalid", "localhost.invalid"])
    func spelling(host: String) throws {
        #expect(try refusal { $0.host = host } == "no local address is called \(host)")
    }

    @Test("an address that isn't this machine's is refused")
    func foreign() throws {
        let text = try refusal { $0.host = "192.0.2.1" }
        #expect(text?.hasPrefix("cannot listen on 192.0.2.1:0: ") == true)
    }

    @Test("more streams than descriptors are refused")
    func streams() throws {
        #expect(try refusal { $0.maximumStreams = 100_000 }?.contains("704 at most") == true)
    }

    @Test("a public directory that isn't there is refused")
    func publicDirectory() throws {
        let path = directory.file("none")
        #expect(try refusal { $0.publicDirectory = path }?.contains(path) == true)
    }

    @Test(
        "a token file that isn't there, or holds no sound token, is refused without telling what it holds"
    )
    func token() throws {
        let none = directory.file("none")
        #expect(try refusal { $0.tokenFile = none }?.contains(none) == true)
        let weak = try directory.write("hunter2\n", to: "weak")
        let text = try #require(try refusal { $0.tokenFile = weak })
        #expect(text.contains("no usable token"))
        #expect(!text.contains("hunter2"))
    }

    @Test("a name that is no address of this machine is refused")
    func host() throws {
        let text = try refusal { configuration in
            configuration.host = "no-such-host.invalid"
            configuration.allowsAnonymous = true
        }
        #expect(text == "no local address is called no-such-host.invalid")
    }
}
