import Testing

@testable import PulseServer

@Suite("BasePath")
struct BasePathTests {
    @Test("the root changes nothing", arguments: ["", "/"])
    func root(_ text: String) throws {
        let base = try BasePath(text)
        #expect(base == .root)
        #expect(base.path("/status") == "/status")
        #expect(base.path("/") == "/")
        #expect(base.withoutSlash == "/")
        // What a proxy has cut off isn't known.
        #expect(base.page(from: 0) == "./")
        #expect(base.page(from: 2) == "../../")
    }

    @Test("a slash at its end is no other path", arguments: ["/team/pulse", "/team/pulse/"])
    func below(_ text: String) throws {
        let base = try BasePath(text)
        #expect("\(base)" == "/team/pulse/")
        #expect(base.path("/") == "/team/pulse/")
        #expect(base.path("/runs/{id}") == "/team/pulse/runs/{id}")
        #expect(base.withoutSlash == "/team/pulse")
        #expect(base.page(from: 0) == "/team/pulse/")
        #expect(base.page(from: 7) == "/team/pulse/")
    }

    @Test(
        "what a client or a proxy may change is refused, with what may be meant",
        arguments: [
            ("pulse", "/pulse"), ("//", "/pulse"), ("/a//b", "/a/b"), ("/a/../b", "/a/b"),
            ("/.", "/pulse"), ("/%2e", "/pulse"), ("/a/%41", "/a"), ("/a;b", "/pulse"),
            ("/{id}", "/pulse"), ("/ü", "/pulse"), ("/a\n", "/pulse"), ("/run?x", "/run"),
            ("/run/#x", "/run"), ("http://h:1/p/", "/p"), ("http://h", "/pulse"), (" /a", "/a"),
        ])
    func malformed(_ text: String, _ meant: String) {
        let error = #expect(throws: BasePath.ParseError.self) { try BasePath(text) }
        #expect(error?.description == "write it like \(meant)")
    }

    @Test("has 256 bytes at most")
    func long() throws {
        let longest = "/" + String(repeating: "a", count: 255)
        #expect(try BasePath(longest).withoutSlash == longest)
        #expect(throws: BasePath.ParseError.self) { try BasePath(longest + "a") }
    }
}
